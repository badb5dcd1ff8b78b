import { exists } from './cache.ts';
import { run, succeeds } from './command.ts';
import { NETWORK } from './state.ts';

// The bridge and the hosts of a lab are in a network namespace of their own: routes of this machine stay unchanged,
// labs do not see each other, and hosts can have the addresses of a production inventory.

export const BRIDGE = 'br0';

/**
 * Returns the words before a command that make it run inside the namespace. `ip netns exec` is not used, because it
 * also changes /sys.
 */
export function enterCommand(netns: string): string[] {
  return ['nsenter', `--net=/run/netns/${netns}`, '--'];
}

/** Returns the bridge's end of the link to a host, as systemd-nspawn names it. */
function portOf(machine: string): string {
  return `vb-${machine}`;
}

export async function makeNetwork(netns: string): Promise<void> {
  if (!(await exists(`/run/netns/${netns}`))) await run(['ip', 'netns', 'add', netns]);
  const ip = ['ip', '-n', netns];
  const links = await run([...ip, '-o', 'link', 'show']);
  if (!links.includes(` ${BRIDGE}:`))
    await run([...ip, 'link', 'add', BRIDGE, 'type', 'bridge', 'forward_delay', '0', 'stp_state', '0']);
  await run([...ip, 'address', 'replace', `${NETWORK.controller}/${NETWORK.prefix}`, 'dev', BRIDGE]);
  await run([...ip, 'link', 'set', 'lo', 'up']);
  await run([...ip, 'link', 'set', BRIDGE, 'up']);
}

export async function removeNetwork(netns: string): Promise<void> {
  if (await exists(`/run/netns/${netns}`)) await run(['ip', 'netns', 'delete', netns]);
}

/**
 * The bridge's end of the link to a host that is off. The kernel removes it after some time, but the next boot cannot
 * wait for that.
 */
export async function removePort(netns: string, machine: string): Promise<void> {
  const port = ['ip', '-n', netns, 'link'];
  if (!(await succeeds([...port, 'show', portOf(machine)]))) return;
  // The kernel may remove it between the two commands.
  await succeeds([...port, 'delete', portOf(machine)]);
}

/** Pulls the network cable of the host: it sees that the link is down. */
export async function unplug(netns: string, machine: string): Promise<void> {
  await run(['ip', '-n', netns, 'link', 'set', portOf(machine), 'down']);
}

/** Drops all frames of the host, which still sees its link up: the partition that is harder to notice. */
export async function isolate(netns: string, machine: string): Promise<void> {
  await run(['bridge', '-n', netns, 'link', 'set', 'dev', portOf(machine), 'state', 'disabled']);
}

/** Undoes `unplug` and `isolate`. */
export async function mend(netns: string, machine: string): Promise<void> {
  await run(['ip', '-n', netns, 'link', 'set', portOf(machine), 'up']);
  await run(['bridge', '-n', netns, 'link', 'set', 'dev', portOf(machine), 'state', 'forwarding']);
}

/** Returns whether frames of a running host pass. */
export async function isConnected(netns: string, machine: string): Promise<boolean> {
  return (await run(['bridge', '-n', netns, 'link', 'show', 'dev', portOf(machine)])).includes('state forwarding');
}
