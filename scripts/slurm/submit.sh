#!/usr/bin/env bash
# Submits a command of llavaction as a Slurm array, one part of the work a task; prints the ids of the jobs with colons
# between, as sbatch --dependency takes them.
#
#   scripts/slurm/submit.sh --shards N [--top-up] [--concurrent K] [sbatch options] -- evaluate-model … --output RUN
#   scripts/slurm/submit.sh [sbatch options] -- train-model … --output RUN
#
#   --shards N       parts; more than the site's MaxArraySize are submitted as several arrays
#   --top-up         only the parts that have not ended yet, and that no job of this run will do
#   --concurrent K   at most K tasks at a time
#   others           go to sbatch: --partition=gpu --gres=gpu:1 --cpus-per-task=16 --time=4:00:00 (with = , one word each)
#
# Logs and marks are in RUN.slurm. Environment: LLAVACTION (the tool; default llavaction), RESTARTS (how often a task may be
# started again after a time limit, a kill or a lost node; default 20).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
  sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '$d'
}

fail() {
  echo "submit.sh: $1" >&2
  exit 2
}

shards='' top_up=false concurrent='' sbatch=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in
    -h | --help) usage && exit 0 ;;
    --shards) shards=${2:-} && shift ;;
    --shards=*) shards=${1#*=} ;;
    --concurrent) concurrent=${2:-} && shift ;;
    --concurrent=*) concurrent=${1#*=} ;;
    --top-up) top_up=true ;;
    -*) sbatch+=("$1") ;;
    *) fail "'$1' is not an option; the command comes after --, and options of sbatch are one word each (--time=4:00:00)." ;;
  esac
  shift
done
[ $# -gt 1 ] || fail "no command. Expected: submit.sh [options] -- evaluate-model … --output RUN"
shift
[[ $shards =~ ^([1-9][0-9]*)?$ ]] || fail "--shards $shards: expected a number from 1."
[[ $concurrent =~ ^([1-9][0-9]*)?$ ]] || fail "--concurrent $concurrent: expected a number from 1."

run=''
for ((i = 1; i <= $#; i++)); do
  case ${!i} in
    --output | -o) next=$((i + 1)) && run=${!next:-} ;;
    --output=*) run=${!i#*=} ;;
    --shard | --shard=*) fail "leave --shard out: each task gets its own." ;;
  esac
done
[ -n "$run" ] || fail "the command has no --output."
command -v sbatch >/dev/null || fail "sbatch is not on the PATH; this is for a Slurm cluster."

state=${run%/}.slurm
mkdir -p "$state"
export LLAVACTION_TOOL=${LLAVACTION:-llavaction} LLAVACTION_SHARDS=$shards LLAVACTION_STATE=$state LLAVACTION_RESTARTS=${RESTARTS:-20}
command -v "$LLAVACTION_TOOL" >/dev/null || fail "$LLAVACTION_TOOL is not a program; set LLAVACTION to where the tool is."
name=llavaction-$(basename "$run")

submit() { # submit OFFSET INDICES COMMAND…
  export LLAVACTION_OFFSET=$1
  local array=()
  if [ -n "$2" ]; then array=(--array="$2${concurrent:+%$concurrent}"); fi
  shift 2
  sbatch --parsable --job-name="$name" --output="$state/slurm-%A_%a.log" "${array[@]}" "${sbatch[@]}" "$here/job.sbatch" "$@" | cut -d';' -f1
}

if [ -z "$shards" ]; then
  submit 0 '' "$@"
  exit 0
fi

# Parts that a job of this run has before it, or is at: their arrays' ids are in the state folder with their offsets.
pending() {
  local id offset task
  while read -r id offset; do
    for task in $(squeue --noheader --array --format=%K --jobs="$id" 2>/dev/null); do echo $((offset + task)); done
  done < <(cat "$state/jobs" 2>/dev/null)
}

if $top_up; then
  mapfile -t parts < <(comm -23 <(for ((i = 1; i <= shards; i++)); do [ -e "$state/${i}of$shards.done" ] || echo "$i"; done | sort) <(pending | sort -u) | sort -n)
else
  rm -f "$state"/*.done
  mapfile -t parts < <(seq "$shards")
fi
if [ ${#parts[@]} -eq 0 ]; then
  echo "submit.sh: nothing to top up: every part has ended or is in the queue." >&2
  exit 0
fi

limit=$(scontrol show config | awk '$1 == "MaxArraySize" { print $3 - 1 }')
ids=()
for ((offset = 0; offset < shards; offset += limit)); do
  indices=$(printf '%s\n' "${parts[@]}" | awk -v low="$offset" -v high="$((offset + limit))" '$1 > low && $1 <= high { print $1 - low }' | paste -sd,)
  # A run of indices is written as a range: a long list does not fit the command line.
  if [ -n "$indices" ]; then
    ranges=$(tr ',' '\n' <<<"$indices" | awk 'NR == 1 { a = b = $1; next } $1 == b + 1 { b = $1; next } { printf "%s,", a == b ? a : a "-" b; a = b = $1 } END { print a == b ? a : a "-" b }')
    id=$(submit "$offset" "$ranges" "$@")
    echo "$id $offset" >>"$state/jobs"
    ids+=("$id")
  fi
done
(IFS=: && echo "${ids[*]}")
