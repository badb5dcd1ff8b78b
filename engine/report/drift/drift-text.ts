import { SIGNS } from '../plan/operation.ts';
import { partialLine } from '../plan/plan-lines.ts';
import { durationText } from '../text/duration.ts';
import { inNaturalOrder } from '../text/host-names.ts';
import { OwnNames } from '../text/own-names.ts';
import type { Color, Paint } from '../text/paint.ts';
import { safeLine } from '../text/safe-text.ts';
import { type Drift, type DriftRow, type DriftStatus, driftCounts, hostsThatAre } from './drift.ts';

/** Maximal number of rows per part, so that the text fits a screen for any number of hosts. */
const MOST_ROWS = 8;

/** Maximal number of names in a row, so that it fits a line. */
const MOST_NAMES = 3;

const COLORS: Readonly<Record<DriftStatus, Color>> = {
  unreachable: 'red',
  failed: 'red',
  drifted: 'yellow',
  unknown: 'magenta',
  'in sync': 'green',
};

export interface DriftTextOptions {
  readonly paint: Paint;
  /** From 1: all rows. */
  readonly verbosity: number;
}

/** Returns a sentence: `site.yml on 3000 hosts in 2 min 3 s: 120 drifted, 2880 in sync`. */
export function driftSentence(drift: Drift, paint: Paint = (_, text) => text): string {
  const { playbook, hosts, milliseconds } = drift;
  const counts = [...driftCounts(drift)].map(([status, count]) => paint(COLORS[status], `${count} ${status}`));
  const on = `${hosts.size} ${hosts.size === 1 ? 'host' : 'hosts'}`;
  return `${safeLine(playbook)} on ${on} in ${durationText(milliseconds)}: ${counts.join(', ')}`;
}

/** Returns the drift by task and by host, and what is unknown. */
export function driftLines(drift: Drift, { paint, verbosity }: DriftTextOptions): readonly string[] {
  const most = verbosity > 0 ? Infinity : MOST_ROWS;
  const part = (title: string, rows: readonly string[]): readonly string[] => {
    if (rows.length === 0) return [];
    const more = rows.length - most;
    const rest = more > 0 ? [`  … and ${more} more; -v shows all`] : [];
    return ['', paint('bold', title), ...rows.slice(0, most).map((row) => `  ${row}`), ...rest];
  };
  const drifted = drift.drifted.toSorted((one, other) => other.hosts.length - one.hosts.length);
  const [first] = hostsThatAre(drift, 'drifted');
  return [
    driftSentence(drift, paint),
    ...(drift.partial.length === 0 ? [] : [paint('magenta', partialLine(drift.partial))]),
    ...(drift.stopped === undefined ? [] : [paint('red', `Stopped: ${safeLine(drift.stopped)}`)]),
    ...part('Drift by task', drifted.map(rowLine)),
    ...part('Drift by host', hostGroups(drift).map(groupLine)),
    ...part('Not known', [...drift.open.map(openLine), ...drift.alwaysRun.map(alwaysLine)]),
    ...part(
      'Not looked at',
      brokenGroups(drift).map(({ hosts, what }) => `${counted(hosts)}: ${what}`),
    ),
    ...(first === undefined
      ? []
      : ['', `Next: runbook plan with the same options and -l ${safeLine(first)} shows it.`]),
  ];
}

/** Hosts that have drifted by the same tasks; the most hosts first. */
export interface HostGroup {
  readonly hosts: readonly string[];
  readonly rows: readonly DriftRow[];
}

/** Groups the hosts that have drifted by the same tasks. The group with the most hosts comes first. */
export function hostGroups(drift: Drift): readonly HostGroup[] {
  const byHost = new Map<string, DriftRow[]>();
  for (const row of drift.drifted) {
    for (const host of row.hosts) {
      const known = byHost.get(host);
      if (known === undefined) byHost.set(host, [row]);
      else known.push(row);
    }
  }
  const groups = new Map<string, { readonly hosts: string[]; readonly rows: readonly DriftRow[] }>();
  const numbers = new Map(drift.drifted.map((row, index) => [row, index]));
  for (const [host, rows] of byHost) {
    const key = rows.map((row) => numbers.get(row)).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { hosts: [host], rows });
    else group.hosts.push(host);
  }
  return [...groups.values()].toSorted((one, other) => other.hosts.length - one.hosts.length);
}

/** Groups hosts that could not be looked at by the reason, without their own names. */
export function brokenGroups(drift: Drift): readonly { readonly hosts: readonly string[]; readonly what: string }[] {
  const names = new OwnNames();
  const groups = new Map<string, { readonly first: string; readonly hosts: Set<string> }>();
  for (const { host, task, what } of drift.broken) {
    const reason = task === undefined ? what : `${task}: ${what}`;
    const marked = names.marking(host)(reason);
    const known = groups.get(marked) ?? { first: reason, hosts: new Set() };
    groups.set(marked, known);
    known.hosts.add(host);
  }
  return [...groups].map(([marked, { first, hosts }]) => ({
    hosts: inNaturalOrder([...hosts]),
    what: hosts.size === 1 ? first : marked,
  }));
}

function rowLine({ operation, title, place, hosts }: DriftRow): string {
  return `${signOf(operation)} ${title}  ${place}  [${counted(hosts)}]`;
}

function groupLine({ hosts, rows }: HostGroup): string {
  const shown = rows.slice(0, MOST_ROWS).map(({ operation, title }) => `${signOf(operation)} ${title}`);
  const more = rows.length > shown.length ? `, and ${rows.length - shown.length} more` : '';
  return `${counted(hosts)}: ${shown.join(', ')}${more}`;
}

function openLine({ title, hosts, because }: DriftRow): string {
  return `? ${title}  [${counted(hosts)}]: ${safeLine(because)}`;
}

function alwaysLine({ title, hosts }: DriftRow): string {
  return `! ${title}  [${counted(hosts)}]: it always runs, and counts as no drift`;
}

function counted(hosts: readonly string[]): string {
  const names = inNaturalOrder(hosts);
  return names.length > MOST_NAMES
    ? `${names.length} hosts: ${names
        .slice(0, MOST_NAMES - 1)
        .map(safeLine)
        .join(', ')}, …`
    : names.map(safeLine).join(', ');
}

/** Returns the sign of a change, such as `+`; `?` if its kind is not known. */
export function signOf(operation: DriftRow['operation']): string {
  return operation === undefined ? '?' : SIGNS[operation];
}
