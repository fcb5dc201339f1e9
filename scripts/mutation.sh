#!/usr/bin/env bash
# Changes the code of LLaVAction.Core in many small ways, one at a time, runs the unit tests that reach each change, and lists
# the changes that none of them noticed (dotnet-stryker; docs/testing.md says how to read the list).
#   scripts/mutation.sh [FOLDER…]     folders of src/LLaVAction.Core, for example: Statistics Benchmarks/Audit
# Half an hour a folder on two cores, Recognizers and Benchmarks longer. CONCURRENCY=N runs N changes at once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ $# -eq 0 ]; then set -- Recognizers Benchmarks Scoring Runs Statistics Comparison Gate Training; fi

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 RunAnalyzers=false
root=$PWD
dotnet tool restore >/dev/null
for folder; do
  output=$root/artifacts/mutation/${folder//\//-}
  mkdir -p "$output"
  echo "$folder ($(date -u +%H:%M:%S))"
  (cd tests/LLaVAction.Core.Tests && dotnet dotnet-stryker --config-file "$root/.config/stryker.json" --mutate "$folder/**/*.cs" \
    --concurrency "${CONCURRENCY:-1}" --output "$output") >"$output/stryker.log" 2>&1 || { tail -n 20 "$output/stryker.log"; exit 1; }
  dotnet run scripts/mutation-survivors.cs -- "$output/reports/mutation-report.json" "$folder"
done
