#!/usr/bin/env bash
# The outage tests in their long form: 10 minutes without a broker, 10 with a broker killed by -9,
# 2 for topics of which only the newest value counts. Results: docs/results/outage-*.md
# deploy/long/outage.sh [SECONDS OF THE TWO OUTAGES]
set -euo pipefail
cd "$(dirname "$0")/../.."
exec mvn -B -pl deploy -am verify \
  -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test='OutageIT,LatestIT' -Dfailsafe.failIfNoSpecifiedTests=false \
  -Dvoltbus.outage.seconds="${1:-600}" -Dvoltbus.latest.seconds=120 \
  -Dvoltbus.outage.results="$PWD/docs/results"
