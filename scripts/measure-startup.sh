#!/usr/bin/env bash
# Packs the tool portably and for this machine's platform, installs both, and prints the time of a command with each.
#   scripts/measure-startup.sh [command and options; default --help]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# -gt 0 ] || set -- --help

platform=$(dotnet --info | awk '$1 == "RID:" { print $2; exit }')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet pack src/LLaVAction.Cli -c Release -o "$work/portable" --nologo -v quiet >&2
dotnet pack src/LLaVAction.Cli -c Release -o "$work/platform" -p:ToolPlatforms="$platform" --nologo -v quiet >&2
for kind in portable platform; do
  # A package folder of its own: both packages have one name and version.
  NUGET_PACKAGES=$work/cache-$kind dotnet tool install LLaVAction --tool-path "$work/$kind-tool" --add-source "$work/$kind" >&2
done

declare -A times=()
for round in $(seq 0 20); do
  for kind in portable platform; do
    start=$(date +%s%N)
    "$work/$kind-tool/llavaction" "$@" >/dev/null
    # The first round fills the file cache.
    if [ "$round" -gt 0 ]; then times[$kind]+="$((($(date +%s%N) - start) / 1000)) "; fi
  done
done
median() { tr ' ' '\n' <<<"$1" | grep . | sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
awk -v command="$*" -v portable="$(median "${times[portable]}")" -v platform="$(median "${times[platform]}")" 'BEGIN {
  printf "llavaction %s: portable %.0f ms, for this platform %.0f ms, ratio %.2f (medians of 20)\n", command, portable / 1000, platform / 1000, platform / portable
}'
