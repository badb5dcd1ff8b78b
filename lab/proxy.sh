#!/bin/sh
# Connects a program outside of a lab's network with a host in it: passes stdin to the host, and prints the data that
# come back. Usage: proxy.sh STATE ADDRESS PORT, where STATE is the lab's state.json. inventory/group_vars/lab.yml names
# it as ansible_ssh_proxy_command.
netns=$(sed -n 's/^  "netns": "\([^"]*\)",$/\1/p' "$1") || exit 1
[ -n "$netns" ] || { echo "There is no lab: $1 does not name its network. Make it with: npm run lab -- up" >&2; exit 1; }
# The connection ends as soon as either side ends. If the program that uses it was killed, the host notices it too.
exec nsenter --net="/run/netns/$netns" -- bash -c '
exec 3<>"/dev/tcp/$1/$2" 4<&0 || exit 1
cat <&3 &
cat <&4 >&3 &
exec 3<&- 4<&-
wait -n
kill $(jobs -p) 2>/dev/null
exit 0' proxy "$2" "$3"
