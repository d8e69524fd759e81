#!/usr/bin/env bash
# Commands in the long form: kills at random moments while a limit runs, and the time from a
# command to its verified result. Figures are printed to deploy/target/failsafe-reports/*-output.txt.
# deploy/long/commands.sh [KILLS OF EACH KIND]
set -euo pipefail
cd "$(dirname "$0")/../.."
exec mvn -B -pl deploy -am verify \
  -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test='CommandKillsIT,CommandLatencyIT' -Dfailsafe.failIfNoSpecifiedTests=false \
  -Dvoltbus.control.kills="${1:-100}" -Dvoltbus.control.commands=500
