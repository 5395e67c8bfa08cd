#!/usr/bin/env bash
# The whole updatable machine-learning workflow, through the wgit binary only. Every command is printed before it runs.
# Run it in a copy of this folder with wgit on the PATH and WGIT_DATA naming a folder with MNIST-like IDX files:
#
#   cp -r .wgit-example /tmp/clothes && cd /tmp/clothes && WGIT_DATA=/usr/share/datasets/fashion-mnist ./run.sh
set -euo pipefail

export WGIT_AUTHOR_NAME="${WGIT_AUTHOR_NAME:-wgit example}" WGIT_AUTHOR_EMAIL="${WGIT_AUTHOR_EMAIL:-example@localhost}"

step() { printf '\n# %s\n' "$*"; }
run() {
  printf '$ %s\n' "$*"
  "$@"
}
# For a command whose answer may be no (exit code 1); any other failure ends the example.
ask() {
  printf '$ %s\n' "$*"
  local status=0
  "$@" || status=$?
  printf '(exit code %s)\n' "$status"
  [ "$status" -le 1 ] || exit "$status"
  answer=$status
}

step "1. A repository with a freshly initialised network"
run wgit init
run wgit network init network.json --seed 1 --initialization kaiming-normal
run wgit add .
run wgit commit -m "Freshly initialised network"

step "2. Pre-train, then auxiliary fine-tunings on branches of their own"
run wgit finetune --task tasks/pretrain.yaml
for auxiliary in thirds quarters fifths; do
  run wgit finetune main --task "tasks/$auxiliary.yaml" --branch "aux/$auxiliary"
done

step "3. The target task: one probed head, the ordinary fine-tuning, and one from each auxiliary"
run wgit finetune main --task tasks/target.yaml --probe-only --branch target/probe
run wgit finetune main --task tasks/target.yaml --head-from target/probe --branch target/ordinary --seed 1
seed=2
for auxiliary in thirds quarters fifths; do
  run wgit finetune "aux/$auxiliary" --task tasks/target.yaml --head-from target/probe \
    --branch "target/$auxiliary" --seed "$seed"
  seed=$((seed + 1))
done

step "4. Ratatouille: the uniform average of all target fine-tunings, on a branch that starts as the ordinary one"
run wgit switch --create release target/ordinary
run wgit merge --strategy ratatouille --gate target/thirds target/quarters target/fifths

step "5. Certificates: each fine-tuning and the average, against the ordinary fine-tuning"
ask wgit test target/ordinary target/thirds target/quarters target/fifths release --against target/ordinary
ask wgit test release --against target/ordinary
[ "$answer" -eq 0 ]

step "A merge that fails: a model that shares no pre-training is not linearly connected to the others"
run wgit switch main
run wgit switch --create outsider
run wgit network init network.json --force --seed 99 --initialization kaiming-normal
run wgit commit --all -m "Another initialisation"
run wgit finetune --task tasks/target.yaml --branch outsider --seed 9
run wgit switch release
ask wgit merge --strategy ratatouille --gate outsider
[ "$answer" -eq 1 ]

step "6. All of it by one recipe, on two splits, beside what it is compared with"
run wgit switch main
run wgit ratatouille recipe.yaml --dry-run
run wgit ratatouille recipe.yaml

step "7. Looking around"
run wgit log --graph --oneline --all
run wgit diff target/ordinary release
run wgit show release
run wgit report target/ordinary..release
run wgit status
run wgit report --html report --all
