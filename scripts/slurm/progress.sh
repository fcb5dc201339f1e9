#!/usr/bin/env bash
# Shows how far a run is that submit.sh submitted: parts that have ended, are running or wait, and answers of all asked.
#   scripts/slurm/progress.sh RUN
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: scripts/slurm/progress.sh RUN" >&2 && exit 2; }
run=${1%/}
state=$run.slurm
[ -d "$state" ] || { echo "$state: no such folder; was $run submitted with submit.sh?" >&2 && exit 2; }

ids=$(cut -d' ' -f1 "$state/jobs" 2>/dev/null | paste -sd,)
queue() { [ -z "$ids" ] || squeue --noheader --array --format=%i --states="$1" --jobs="$ids" 2>/dev/null | wc -l; }
shards=$(ls "$state" | sed -n 's/^[0-9]*of\([0-9]*\)\.\(done\|log\)$/\1/p' | head -n 1)
done_parts=$(ls "$state" | grep -c '\.done$' || true)
echo "parts    ${done_parts} of ${shards:-?} ended, $(queue RUNNING) running, $(queue PENDING) waiting, $(cat "$state"/*.log 2>/dev/null | grep -c 'after start [2-9]' || true) started again"

if [ -f "$run/run.json" ]; then
  asked=$(grep -o '"questions_asked": *[0-9]*' "$run/run.json" | awk -F: '{ sum += $2 } END { print sum + 0 }')
  frames=$(tr -d '\n ' <"$run/run.json" | sed 's/.*"counts":\[\([0-9,]*\)\].*/\1/' | awk -F, '{ print NF }')
  rotations=$(grep -o '"rotations": *[0-9]*' "$run/run.json" | head -n 1 | grep -o '[0-9]*$')
  # A line may be there twice (a torn one redone, a failed one retried), so this may run ahead by a few.
  answers=$(cat "$run"/results-*.jsonl 2>/dev/null | wc -l)
  echo "answers  $answers of $((asked * frames * rotations))"
fi
