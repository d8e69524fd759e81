#!/usr/bin/env bash
# Three nodes with all roles and 20 devices, in network namespaces (as root): nodes are killed, cut
# off, frozen, stopped in order, and a fourth one comes and goes. Needs what .ci/run installs.
#   deploy/faults.sh                    each fault once, 4 minutes
#   deploy/faults.sh --long             30 kills, 20 cuts of each kind and so on, about 3 hours
#   deploy/faults.sh --long --resume    goes on where such a run was broken off
# The long form writes a line for each try to docs/results/faults.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
results=docs/results/faults.txt
long=false
resume=false
for option in "$@"; do
  case "$option" in
    --long) long=true ;;
    --resume) resume=true ;;
    *) sed -n '2,8s/^# //p' "$0"; exit 2 ;;
  esac
done
more=()
if "$long"; then
  "$resume" || rm -f "$results"
  more=(-Dvoltbus.faults.long=true "-Dvoltbus.faults.results=$PWD/$results")
fi
exec env VOLTBUS_REQUIRE=all mvn -B -pl deploy -am verify \
  -Dvoltbus.faults.strict=true -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test=FaultsIT -Dfailsafe.failIfNoSpecifiedTests=false "${more[@]}"
