#!/usr/bin/env bash
# Installs the programs that wgit is compared with: Debian packages (as root), and PyPI packages into FOLDER/venv.
#
#     Benchmarks/peers/install.sh FOLDER
#
# What cannot be installed is named and left out; run.py reports it as not installed.
set -uo pipefail
[ "$#" -eq 1 ] || { echo "usage: install.sh FOLDER" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)

for package in git git-lfs restic borgbackup zstd xz-utils python3-venv; do
  "$here/../../scripts/packages" "$package" || echo "not installed: $package" >&2
done

[ -x "$folder/venv/bin/python3" ] || python3 -m venv "$folder/venv" || exit 1
# The versions that were measured. git-theta 0.2.0 wants no particular versions of its own dependencies.
for package in dvc==3.67.1 oxenai==0.65.1 reminis==0.34.0 git-theta==0.2.0 zipnn==0.5.4 safetensors; do
  timeout 900 "$folder/venv/bin/pip" install --quiet "$package" || echo "not installed: $package" >&2
done
