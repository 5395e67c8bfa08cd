#!/bin/sh
# Gates a contribution to a wgit repository: tests the branch CONTRIBUTION with the certificates of the branch TARGET, and
# compares it with TARGET. With --merge STRATEGY the merge of both is made, and TARGET moves to it only if the certificates hold.
#
#   wgit-gate.sh [--merge STRATEGY] TARGET CONTRIBUTION
#
# Environment: WGIT_REPOSITORY (default: the current folder), WGIT_DATA (the data sets), REPORTS (a folder for certificates.xml,
# certificates.md and report.md, default: the current folder), ALLOW_UNDECIDED=1 (what the data cannot decide passes).
# Exit codes: 0 pass, 1 refused, others as 'wgit test --help' says.
set -eu

strategy=
if [ "${1:-}" = --merge ]; then
  strategy=$2
  shift 2
fi
[ $# -eq 2 ] || { echo "usage: wgit-gate.sh [--merge STRATEGY] TARGET CONTRIBUTION" >&2; exit 64; }
target=$1
contribution=$2
repository=${WGIT_REPOSITORY:-.}
reports=$(cd "${REPORTS:-.}" && pwd)

if [ -n "$strategy" ]; then
  wgit -C "$repository" switch -q "$target"
  wgit -C "$repository" merge --gate --strategy "$strategy" "$contribution"
  exit
fi

status=0
wgit -C "$repository" test "$contribution" --from "$target" --against "$target" \
  --junit "$reports/certificates.xml" --markdown "$reports/certificates.md" || status=$?
# What the contribution brings: certificates before and after, layers, commits. It decides nothing.
if ! wgit -C "$repository" report "$target..$contribution" > "$reports/report.md"; then rm -f "$reports/report.md"; fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  for report in certificates report; do
    [ ! -f "$reports/$report.md" ] || cat "$reports/$report.md" >> "$GITHUB_STEP_SUMMARY"
  done
fi
if [ "$status" -eq 125 ] && [ "${ALLOW_UNDECIDED:-0}" = 1 ]; then
  echo "undecided: passed, because ALLOW_UNDECIDED is 1" >&2
  status=0
fi
exit "$status"
