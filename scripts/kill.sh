#!/usr/bin/env bash
# Kills (SIGKILL) building, evaluating in two shards, and writing summaries and baselines at random moments, COUNT times each, and
# holds what is left, and what a second start makes of it, against the same work left alone. Needs a built tool and no videos.
#   scripts/kill.sh [COUNT] [SEED]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
count=${1:-20}
RANDOM=${2:-1}
tool=${LLAVACTION:-$(ls -t "$root"/src/LLaVAction.Cli/bin/*/net*/llavaction.dll 2>/dev/null | head -1)}
[ -n "$tool" ] || { echo "No built tool; run: dotnet build" >&2; exit 2; }
demo=$root/data/demo
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

run() { if [[ $tool == *.dll ]]; then exec dotnet "$tool" "$@"; else exec "$tool" "$@"; fi; }
fail() { echo "FAILED: $*" >&2; exit 1; }

# Milliseconds that a command takes when nothing stops it: duration COMMAND…
duration() {
  local start
  start=$(date +%s%3N)
  (run "$@") >/dev/null 2>&1 || fail "the work left alone: $*"
  echo $(($(date +%s%3N) - start))
}

# A moment from the start to a little after the end: moment MILLISECONDS
moment() {
  local milliseconds=$((RANDOM % ($1 + $1 / 8 + 1)))
  printf '%d.%03d' $((milliseconds / 1000)) $((milliseconds % 1000))
}

# Starts commands (each one word list after --), kills all of them at one moment; true where one was still at work.
kill_at() {
  local pause=$1 process=() hit=1
  shift
  while [ $# -gt 0 ]; do
    local command=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do command+=("$1"); shift; done
    [ $# -gt 0 ] && shift
    (run "${command[@]}") >/dev/null 2>&1 &
    process+=($!)
  done
  sleep "$pause"
  for each in "${process[@]}"; do kill -9 "$each" 2>/dev/null && hit=0; done
  wait "${process[@]}" 2>/dev/null || true
  return $hit
}

build=(build-benchmark --annotations "$demo/annotations/EPIC_100_validation.csv" --narrations "$demo/annotations/EPIC_100_train.csv"
  --strategy random --strategy "avion=$demo/predictions/avion_pred_ids_val.json" --strategy "tim=$demo/predictions/tim_pred_ids_val.json")
(run "${build[@]}" --limit 12 --seed 1 -o old) >/dev/null 2>&1
time_build=$(duration "${build[@]}" --limit 12 --seed 2 -o new)

killed=0
for ((i = 0; i < count; i++)); do
  rm -rf mqa && cp -r old mqa
  kill_at "$(moment "$time_build")" "${build[@]}" --limit 12 --seed 2 --force -o mqa && killed=$((killed + 1))
  if [ -f mqa/manifest.json ]; then
    diff -rq -x .building mqa old >/dev/null || diff -rq -x .building mqa new >/dev/null || fail "build $i: neither the old nor the new set"
  fi
done
(run "${build[@]}" --limit 12 --seed 2 --force -o mqa) >/dev/null 2>&1
diff -r mqa new || fail "build: what a last build made"
echo "build: $count starts, $killed killed at work"

evaluate=(evaluate-model --benchmark new --model "$demo/tiny-random" --control blind --frames 2 --threads 1)
mkdir -p expected/run given
time_run=$(duration "${evaluate[@]}" -o expected/run)
(cd expected && run compare run --format json) >expected/compare.json 2>/dev/null
killed=0 runs=0
for ((i = 0; i < count; i++)); do
  kill_at "$(moment "$time_run")" "${evaluate[@]}" --shard 1/2 -o given/run -- "${evaluate[@]}" --shard 2/2 -o given/run && killed=$((killed + 1))
  # Every tenth time, and at the end, the run is brought to its end.
  if ((i % 10 == 9 || i == count - 1)); then
    for shard in 1/2 2/2; do (run "${evaluate[@]}" --shard $shard -o given/run) >/dev/null 2>&1 || fail "evaluate $i: cannot be resumed"; done
    (cd given && run compare run --format json) >given/compare.json 2>/dev/null
    cmp given/compare.json expected/compare.json || fail "evaluate $i: other results"
    rm -rf given/run
    runs=$((runs + 1))
  fi
done
echo "evaluate in two shards: $count starts, $killed killed at work, $runs runs finished with the same results"

cp -r expected/run run
time_check=$(duration check run --write-baseline whole.json)
cp run/summary.json whole-summary.json
killed=0
for ((i = 0; i < count; i++)); do
  rm -f run/summary.json
  kill_at "$(moment "$time_check")" check run --write-baseline baseline.json -- compare run && killed=$((killed + 1))
  [ ! -f baseline.json ] || cmp baseline.json whole.json || fail "check $i: half a baseline"
  [ ! -f run/summary.json ] || cmp run/summary.json whole-summary.json || fail "compare $i: half a summary"
  rm -f baseline.json
done
echo "check and compare: $count starts, $killed killed at work"
