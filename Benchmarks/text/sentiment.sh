#!/usr/bin/env bash
# Fine-tunes MiniLM on movie reviews by the recipe of sentiment_pytorch.py, natively, and prints the validation accuracy of
# each seed:
#
#   sentiment.sh WGIT MODEL SPLIT SCRATCH SEED...
#
# MODEL is a Hugging Face folder, SPLIT the folder that `sentiment_pytorch.py split` wrote. SCRATCH/sentiment is the
# repository; the models are its branches seed-0, seed-1 and so on.
set -euo pipefail
wgit=$(realpath "$1") model=$(realpath "$2") split=$(realpath "$3") project=$4/sentiment
shift 4
export WGIT_DATA=$split WGIT_AUTHOR_NAME=benchmark WGIT_AUTHOR_EMAIL=benchmark@localhost
mkdir -p "$project/certificates"
cp "$model"/{config.json,model.safetensors,tokenizer.json,tokenizer_config.json} "$project"
cd "$project"
for part in train validation; do
  printf 'name: %s\nformat: text\nfiles: [%s.tsv]\nclasses: [0, 1]\n' $part $part > $part.yaml
done
rows=$(wc -l < "$split/train.tsv")
steps=$((2 * rows / 32))
cat > task.yaml <<YAML
task: movie-reviews
data: train.yaml
network: config.json
steps: $steps
batch: 32
optimizer: {name: adamw, learning-rate: 5e-5, weight-decay: 0.01}
schedule: {name: linear, warm-up: $((steps / 10))}
YAML
printf 'certificate: validation\ndata: validation.yaml\nnetwork: config.json\nmetric: accuracy\nminimum: 0.5\n' > certificates/validation.yaml
"$wgit" init -q
"$wgit" add .
"$wgit" commit -q -m "MiniLM"
for seed in "$@"; do
  "$wgit" finetune main --task task.yaml --branch "seed-$seed" --seed "$seed" -q
  "$wgit" test "seed-$seed" --json
done
