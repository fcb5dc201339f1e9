#!/usr/bin/env bash
# Damages valid files of every format and has them read, for a time; what is neither read nor refused in words is kept with
# its reason in crashes/, and the exit code is 1. A finding is read again with --replay FILE.
#   scripts/fuzz.sh [MINUTES] [--seed N] [--only READER] [--crashes DIR] [--replay FILE]
# Each run takes another seed and prints it; the same seed gives the same damage.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# A stack that overflows, or the machine's memory used up, ends the process: the file that did it is still in the work folder.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet build "$root/tests/LLaVAction.Fuzz" --nologo -v quiet -c Release
code=0
TMPDIR=$work dotnet "$root/tests/LLaVAction.Fuzz/bin/Release/net10.0/LLaVAction.Fuzz.dll" "$@" || code=$?
if [ "$code" -gt 1 ]; then
  mkdir -p crashes/last
  find "$work" -type f -newermt '-1 minute' -exec cp {} crashes/last/ \;
  echo "The process ended with code $code; the files it read last are in crashes/last." >&2
fi
exit "$code"
