#!/usr/bin/env bash
# Trains from nothing what data/demo ships: two recognisers, whose predictions make the hard questions, and two models, one
# trained with random distractors and one with hard ones. On the CPU; data/demo/README.md says how long it takes, and what
# comes out. Started again, it goes on where it stopped.
#   scripts/train-demo.sh [WORK]
# DEMO_STEPS scales the number of optimizer steps, for a quick trial: DEMO_STEPS=0.02.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=${1:-demo-training}
threads=${THREADS:-1}
command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || "$here/scripts/install-ffmpeg.sh"
dotnet build "$here/scripts/make-demo-data" -c Release --nologo -v quiet
dotnet build "$here/src/LLaVAction.Cli" -c Release --nologo -v quiet
tool() { dotnet "$here/src/LLaVAction.Cli/bin/Release/net10.0/llavaction.dll" "$@"; }
kitchen=$work/kitchen annotations=$work/kitchen/annotations/EPIC_100_train.csv demo=$here/data/demo

# train NAME MODEL DATA FRAMES STEPS RATE [OPTION…]: the last checkpoint becomes $work/NAME/last.
train() {
  local name=$1 model=$2 data=$3 frames=$4 rate=$6 steps
  steps=$(awk -v n="$5" -v s="${DEMO_STEPS:-1}" 'BEGIN { n *= s; print n < 2 ? 2 : int(n) }')
  shift 6
  [[ -e $work/$name/last ]] && return
  tool train-model --model "$model" --data "$data" --videos "$kitchen/videos" --frame-cache "$work/frames" --output "$work/$name" \
    --device cpu --threads "$threads" --frames "$frames" --no-time-instruction --mask answers --batch-size 32 --accumulation 1 --keep-activations \
    --learning-rate "$rate" --tower-learning-rate "$rate" --weight-decay 0.01 --max-steps "$steps" --save-every 100 --decode-ahead 32 "$@"
  ln -sfn "checkpoint-$(printf %06d "$steps")" "$work/$name/last"
}

# predict MODEL FRAMES ANNOTATIONS VIDEOS IDS OUTPUT
predict() {
  [[ -e $6 ]] || tool predict-actions --model "$1" --scoring head --frames "$2" --annotations "$3" --narrations "$annotations" \
    --videos "$4" --ids "$5" --engine cpu --threads "$threads" --top 0 --output "$6"
}

# questions STRATEGY OPTIONS SEED…: multiple-choice rows, one set a seed; where OPTIONS is empty, as many options as the seed says.
questions() {
  local kind=$1 options=$2 seed source=random
  [[ $kind == random ]] || source=hard=$work/predictions/train.csv
  for seed in "${@:3}"; do
    sets --strategy "$source" --options "${options:-$seed}" --seed "$seed" --task mqa --output "$work/set-$kind-$seed-${options:-$seed}" > /dev/null
    cat "$work/set-$kind-$seed-${options:-$seed}/mqa-$kind-narration.jsonl"
  done
}

sets() { tool build-training-set --annotations "$annotations" --narrations "$demo/annotations/EPIC_100_validation.csv" --force "$@"; }

# 1. Videos of other participants, rows of text that teach to choose, and checkpoints with random weights.
dotnet "$here/scripts/make-demo-data/bin/Release/net10.0/llavaction-demo-data.dll" "$kitchen" --training
[[ -e $work/set-random/manifest.json ]] || sets --strategy random --task mqa,direct --output "$work/set-random"

# 2. Two recognisers: action heads on a tower, of two and of four frames. The one of four predicts the training clips as well:
# each participant's by a model that never saw that participant.
mkdir -p "$work/predictions"
cut -d, -f1 "$demo/annotations/EPIC_100_validation.csv" | tail -n +2 > "$work/validation.txt"
echo narration_id,fold > "$work/folds.csv"
for fold in 0 1; do
  odd=13579 even=02468
  grep -E "\"video\":\"P[0-9]*[$([[ $fold == 0 ]] && echo $odd || echo $even)]-" "$work/set-random/direct.jsonl" > "$work/direct-$fold.jsonl"
  train "recogniser-$fold" "$kitchen/recogniser" "$work/direct-$fold.jsonl" 4 300 1.5e-3 --vision-weight 4
  awk -F, -v fold=$fold 'NR > 1 && substr($2, 2) % 2 == fold { print $1 }' "$annotations" > "$work/fold-$fold.txt"
  sed "s/\$/,$fold/" "$work/fold-$fold.txt" >> "$work/folds.csv"
  predict "$work/recogniser-$fold/last" 4 "$annotations" "$kitchen/videos" "$work/fold-$fold.txt" "$work/predictions/fold-$fold.csv"
done
{ cat "$work/predictions/fold-0.csv"; tail -n +2 "$work/predictions/fold-1.csv"; } > "$work/predictions/train.csv"
for frames in 2 4; do
  name=$([[ $frames == 2 ]] && echo two-frames || echo four-frames)
  train "$name" "$kitchen/recogniser" "$work/set-random/direct.jsonl" $frames 350 1.5e-3 --vision-weight 4
  predict "$work/$name/last" $frames "$demo/annotations/EPIC_100_validation.csv" "$demo/videos" "$work/validation.txt" "$work/predictions/$name.csv"
done
[[ -e $work/set-hard/manifest.json ]] || sets --strategy hard="$work/predictions/train.csv" --provenance hard=measured --folds hard="$work/folds.csv" \
  --validation "$demo/annotations/EPIC_100_validation.csv" --validation-dump hard="$work/predictions/four-frames.csv" --task mqa --output "$work/set-hard"

# 3. A base: it learns to read options, then to see, then to choose by what it sees, among two to five random options.
train language "$kitchen/student" "$kitchen/language.jsonl" 4 1000 2e-3 --freeze tower,projector
train vision "$work/language/last" "$work/set-random/mixture.yaml" 4 400 1.5e-3 --vision-weight 4
questions random "" 2 3 4 5 > "$work/base.jsonl"
head -n 2400 "$kitchen/prompts.jsonl" >> "$work/base.jsonl"
train base "$work/vision/last" "$work/base.jsonl" 4 600 2e-3 --vision-weight 2 --supervised-layers all

# 4. From that base, for as many steps on as many questions: random distractors, and hard ones.
for kind in random hard; do
  questions $kind 5 1 2 3 4 > "$work/$kind.jsonl"
  train "trained-on-$kind" "$work/base/last" "$work/$kind.jsonl" 4 200 1e-3 --vision-weight 2 --supervised-layers all
done
