#!/usr/bin/env bash
# Runs an evaluation or a training for long and fails where its memory grows.
#   scripts/soak.sh evaluate [CLIPS; default 10000] | train [STEPS; default 2000]
# LLAVACTION is the command to run (default: built from here); TMPDIR takes the files. Training needs libtorch.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
demo=$here/data/demo
what=${1:-}
case $what in evaluate) count=${2:-10000} ;; train) count=${2:-2000} ;; *) sed -n 2,4p "$0" >&2; exit 2 ;; esac
tool=${LLAVACTION:-}
if [ -z "$tool" ]; then
  dotnet build "$here/src/LLaVAction.Cli" -c Release --nologo -v quiet >&2
  tool="dotnet $here/src/LLaVAction.Cli/bin/Release/net10.0/llavaction.dll"
fi
work=$(mktemp -d)
trap 'kill "${process:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

annotations=$demo/annotations/EPIC_100_validation.csv
if [ "$what" = evaluate ]; then
  # The demo's rows again and again, each time under new ids.
  cp "$demo"/annotations/EPIC_100_{verb,noun}_classes*.csv "$work"
  awk -F, -v OFS=, -v count="$count" 'NR == 1 { print; next } { rows[NR - 1] = $0; n = NR - 1 }
    END { for (i = 0; i < count; i++) { $0 = rows[i % n + 1]; $1 = $1 "0" int(i / n); print } }' "$annotations" >"$work/EPIC_100_validation.csv"
  $tool build-benchmark --annotations "$work/EPIC_100_validation.csv" --strategy random --output "$work/set" >&2
  command=(evaluate-model --benchmark "$work/set" --model "$demo/tiny-random" --videos "$demo/videos" --frames 2 --engine cpu --output "$work/run")
else
  $tool build-training-set --annotations "$annotations" --strategy random --output "$work/rows" >&2
  rows=$(find "$work/rows" -name '*.jsonl' | head -n 1)
  command=(train-model --model "$demo/tiny-random" --data "$rows" --videos "$demo/videos" --frames 2 --epochs 10000 --max-steps "$count"
    --batch-size 4 --accumulation 1 --save-every "$count" --output "$work/run")
fi

$tool "${command[@]}" >"$work/out" 2>"$work/log" &
process=$!
while kill -0 "$process" 2>/dev/null; do
  awk '$1 == "VmRSS:" { print $2 }' "/proc/$process/status" >>"$work/memory" 2>/dev/null || true
  sleep 0.2
done
wait "$process" || { tail -n 20 "$work/log" >&2; exit 1; }

# The first fifth loads and warms up. The rest is held in two halves against each other, by the median: garbage comes and goes.
awk 'function median(from, to,    i, j, n, v, t) {
    n = 0
    for (i = from; i <= to; i++) v[++n] = rss[i]
    for (i = 2; i <= n; i++) { t = v[i]; for (j = i - 1; j > 0 && v[j] > t; j--) v[j + 1] = v[j]; v[j + 1] = t }
    return v[int((n + 1) / 2)] / 1024
  }
  { all[NR] = $1; if ($1 > most) most = $1 }
  END {
    step = NR > 2000 ? NR / 2000 : 1
    for (i = 1; int(i * step) <= NR; i++) rss[++m] = all[int(i * step)]
    if (m < 20) { print "too short to tell: run it for longer"; exit 1 }
    first = median(int(m / 5) + 1, int(m * 3 / 5)); second = median(int(m * 3 / 5) + 1, m)
    printf "memory: %.0f MB in the first half, %.0f MB in the second, %.0f MB at most\n", first, second, most / 1024
    if (second > first * 1.1 + 16) { print "memory grows"; exit 1 }
  }' "$work/memory"
