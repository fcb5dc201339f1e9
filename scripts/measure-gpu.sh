#!/usr/bin/env bash
# Measures evaluation on this machine: doctor, then one strategy and all of them over the same clips.
#   scripts/measure-gpu.sh CHECKPOINT BENCHMARK VIDEOS [evaluate-model arguments]
# LLAVACTION names the tool (default: llavaction), LIMIT the clips (default: 50).
set -euo pipefail

if [ $# -lt 3 ]; then
  echo "usage: scripts/measure-gpu.sh CHECKPOINT BENCHMARK VIDEOS [evaluate-model arguments]" >&2
  exit 2
fi
checkpoint=$1 benchmark=$2 videos=$3
shift 3
tool=${LLAVACTION:-llavaction}
limit=${LIMIT:-50}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$tool" doctor --model "$checkpoint" || echo "doctor misses something; going on."

strategies=$(cd "$benchmark" && ls -- *.jsonl | sed 's/\.jsonl$//')
first=$(echo "$strategies" | head -n 1)
count=$(echo "$strategies" | wc -l)

# seconds NAME --strategy … : wall-clock seconds of one run, the model's loading included
seconds() {
  local name=$1 start end
  shift
  start=$(date +%s.%N)
  "$tool" evaluate-model --benchmark "$benchmark" --model "$checkpoint" --videos "$videos" --output "$work/$name" \
    --limit "$limit" --verbosity quiet "$@" >/dev/null
  end=$(date +%s.%N)
  awk -v start="$start" -v end="$end" 'BEGIN { printf "%.3f\n", end - start }'
}

all=()
for strategy in $strategies; do all+=(--strategy "$strategy"); done
seconds warm --strategy "$first" "$@" >/dev/null # files into the cache, kernels compiled
one=$(seconds one --strategy "$first" "$@")
every=$(seconds every "${all[@]}" "$@")
awk -v limit="$limit" -v first="$first" -v count="$count" -v one="$one" -v every="$every" 'BEGIN {
  printf "%d clips, %s: %.1f s, %.1f clips/min\n", limit, first, one, 60 * limit / one
  printf "%d clips, %d strategies: %.1f s, %.1f clips/min, %.2f times the time of one\n", limit, count, every, 60 * limit / every, every / one
}'
