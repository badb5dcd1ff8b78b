#!/bin/sh
# The first job: a plan for the reviewer. RUNBOOK names the program if it is not on the PATH.
set -eu
cd "$(dirname "$0")"
"${RUNBOOK:-runbook}" plan site.yml -i inventory.yml -o site.plan
"${RUNBOOK:-runbook}" show site.plan --format markdown >plan.md
