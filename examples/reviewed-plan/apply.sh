#!/bin/sh
# The second job, after the approval: that plan and no other.
set -eu
cd "$(dirname "$0")"
"${RUNBOOK:-runbook}" apply site.plan
