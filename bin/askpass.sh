#!/bin/sh
# ssh starts this program when it needs a password or a passphrase. It passes the question of ssh to the run that
# started ssh, and the answer to ssh.
exec "$RUNBOOK_ASKPASS_NODE" "${0%.sh}.cjs" "$1"
