import { type TestCase, junit } from '../export/junit.ts';
import { MarkdownPage } from '../export/markdown-page.ts';
import { placed } from '../export/run-markdown.ts';
import type { PlaceLink } from '../plan/forge-links.ts';
import { code, escaped } from '../plan/markdown-text.ts';
import { hostNames, inNaturalOrder } from '../text/host-names.ts';
import { safeJson } from '../text/safe-text.ts';
import { brokenGroups, driftSentence, hostGroups, signOf } from './drift-text.ts';
import { type Drift, type DriftRow, driftCounts } from './drift.ts';

/** Maximal length of a comment on GitHub, in characters. */
const LIMIT = 65_536;

/** Returns the drift as one JSON object. Its names are stable. */
export function driftJson(drift: Drift): string {
  const { playbook, run, began, milliseconds, partial, stopped, hosts, drifted, open, alwaysRun, broken } = drift;
  return `${safeJson(
    {
      format: 'runbook-drift',
      version: 1,
      playbook,
      run,
      began,
      milliseconds: Math.round(milliseconds),
      partial,
      stopped: stopped ?? null,
      counts: Object.fromEntries(driftCounts(drift)),
      hosts: Object.fromEntries(hosts),
      drifted,
      open,
      alwaysRun,
      broken: broken.map(({ host, task, what }) => ({ host, task: task ?? null, what })),
    },
    1,
  )}\n`;
}

/** Returns the drift as Markdown for a comment or an issue. */
export function driftMarkdown(drift: Drift, link: PlaceLink): string {
  const page = new MarkdownPage(LIMIT);
  const isClean = [...drift.hosts.values()].every((status) => status === 'in sync');
  page.add([`### ${isClean ? '✅' : '⚠️'} Drift of ${escaped(driftSentence(drift))}`]);
  if (drift.partial.length > 0) page.add(['', `> Only a part of the playbook: ${escaped(drift.partial.join(', '))}`]);
  if (drift.stopped !== undefined) page.add(['', `> Stopped: ${escaped(drift.stopped)}`]);
  page.section(
    'By task',
    drift.drifted.map(
      (row) => `- ${code(signOf(row.operation))} <b>${escaped(row.title)}</b> on ${on(row)}${at(row, link)}`,
    ),
  );
  page.section(
    'By host',
    hostGroups(drift).map(
      ({ hosts, rows }) =>
        `- <b>${escaped(hostNames(inNaturalOrder(hosts)))}</b>: ${rows.map(({ operation, title }) => `${code(signOf(operation))} ${escaped(title)}`).join(', ')}`,
    ),
  );
  page.section('Not known', [
    ...drift.open.map((row) => `- <b>${escaped(row.title)}</b> on ${on(row)}: ${escaped(row.because)}${at(row, link)}`),
    ...drift.alwaysRun.map(
      (row) => `- <b>${escaped(row.title)}</b> on ${on(row)}: it always runs, and counts as no drift${at(row, link)}`,
    ),
  ]);
  page.section(
    'Not looked at',
    brokenGroups(drift).map(({ hosts, what }) => `- <b>${escaped(hostNames(hosts))}</b>: ${escaped(what)}`),
  );
  return page.text();
}

/** Returns JUnit with one test per host: a failure if the host has drifted, an error if it could not be looked at. */
export function driftJunit(drift: Drift): string {
  const changes = new Map<string, string[]>();
  for (const row of drift.drifted) {
    for (const host of row.hosts)
      changes.set(host, [...(changes.get(host) ?? []), `${signOf(row.operation)} ${row.title} (${row.place})`]);
  }
  const reasons = new Map(drift.broken.map(({ host, what }) => [host, what]));
  const cases = [...drift.hosts.keys()].map((host): TestCase => ({
    owner: drift.playbook,
    name: host,
    place: undefined,
    milliseconds: 0,
    verdict: verdictOf(drift, { host, changes: changes.get(host) ?? [], reason: reasons.get(host) ?? '' }),
  }));
  return junit(drift.playbook, [{ name: 'Drift', cases }], drift);
}

interface HostFinding {
  readonly host: string;
  readonly changes: readonly string[];
  readonly reason: string;
}

function verdictOf({ hosts }: Drift, { host, changes, reason }: HostFinding): TestCase['verdict'] {
  const status = hosts.get(host) ?? 'in sync';
  switch (status) {
    case 'in sync':
      return { kind: 'passed', note: undefined };
    case 'unknown':
      return { kind: 'skipped', why: 'a part of it is not known' };
    case 'drifted':
      return {
        kind: 'failure',
        code: 'drift',
        what: `drifted by ${changes.length} ${changes.length === 1 ? 'task' : 'tasks'}`,
        details: changes,
      };
    case 'failed':
    case 'unreachable':
      return { kind: 'error', code: status, what: reason, details: [] };
    default:
      throw new Error(`unknown status ${String(status satisfies never)}`);
  }
}

function on({ hosts }: DriftRow): string {
  return escaped(hostNames(inNaturalOrder(hosts)));
}

function at({ place }: DriftRow, link: PlaceLink): string {
  const [, file, line] = /^(.+):(\d+)$/.exec(place) ?? [];
  return file === undefined ? '' : placed({ file, line: Number(line), column: 1 }, link);
}
