#!/bin/sh
# What ssh starts where it needs a password or a passphrase: its question goes to the run that started ssh, and the answer to ssh.
exec "$RUNBOOK_ASKPASS_NODE" "${0%.sh}.cjs" "$1"
