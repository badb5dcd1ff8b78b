import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Lab } from '../../lab/hosts.ts';
import { type RunbookEvent, complaints, controllerCommand, runbook } from '../lab/controller.ts';
import { seededRandom } from '../seeded-random.ts';
import { plays } from './cluster.ts';

/** Kills the controller at points that a seed chooses: RUNBOOK_SEED repeats them. */
export const SEED = Number(process.env['RUNBOOK_SEED'] ?? Date.now() % 1_000_000);
const ROOT = join(import.meta.dirname, '../..');
const KILLS = 5;
/** Maximal time between the event and the kill: the kill often comes in the middle of a task. */
const LATEST_MS = 1500;

/**
 * A run that starts soon after a killed run waits until the hosts have noticed that the killed run is gone. A busy
 * machine answers late.
 */
const PATIENCE = ['--wait-lock', '120', '--timeout', '60'];

interface Point {
  /** Number of changes of the run before the kill; a host is connected in any case. */
  readonly changes: number;
  readonly milliseconds: number;
}

type Cut =
  | { readonly killed: true; readonly changes: number; readonly during: string }
  | { readonly killed: false; readonly changes: number };

/** The events of a run so far. */
class Seen {
  readonly events: RunbookEvent[] = [];
  changes = 0;
  isConnected = false;
  /** The current task of the run. */
  last = 'the first task';

  add(event: RunbookEvent): void {
    this.events.push(event);
    const { task, type, outcome, host } = event;
    if (task !== undefined) this.last = `${task.role ?? 'play'} : ${task.name} [${host ?? ''}]`;
    if (type === 'task_finished' && outcome?.kind === 'changed') this.changes += 1;
    if (type === 'host_connected') this.isConnected = true;
  }
}

/**
 * Plays until this number of changes was made, and a moment longer; then kills the controller with all processes that
 * it started on this machine. A run that ends before that must succeed.
 */
async function cutOff(lab: Lab, args: readonly string[], point: Point): Promise<Cut> {
  const [command = '', ...argv] = controllerCommand(lab, [...args, ...PATIENCE]);
  const child = spawn(command, argv, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const closed = once(child, 'close');
  const seen = new Seen();
  let dying = false;
  const { pid } = child;
  const kill = async (): Promise<void> => {
    dying = true;
    await Promise.race([closed, pause(point.milliseconds)]);
    if (pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL');
  };
  let killing: Promise<void> = Promise.resolve();
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{') || !line.endsWith('}')) continue;
    seen.add(JSON.parse(line));
    if (!dying && seen.isConnected && seen.changes >= point.changes) killing = kill();
  }
  await killing;
  await closed;
  const { events, changes, last } = seen;
  if (child.signalCode === 'SIGKILL') return { killed: true, changes, during: last };
  expect(complaints({ status: child.exitCode ?? -1, stdout: '', stderr: '', events })).toBe('');
  expect(child.exitCode).toBe(0);
  return { killed: false, changes };
}

/** Returns the number of certain changes of a plan. */
async function plannedChanges(lab: Lab, args: readonly string[]): Promise<number> {
  const plan = await runbook(lab, ['plan', ...args, '--timeout', '60']);
  expect(complaints(plan)).toBe('');
  return plan.events.filter(
    ({ type, outcome }) => type === 'task_finished' && outcome?.kind === 'changed' && outcome.certainty === 'certain',
  ).length;
}

/**
 * Chooses a moment in the first of `parts` equal parts of the remaining changes. So the beginning, the middle and the
 * end of a playbook are tried.
 */
function nextPoint(changes: number, parts: number, random: () => number): Point {
  return { changes: Math.floor((changes * random()) / parts), milliseconds: Math.round(random() ** 2 * LATEST_MS) };
}

/**
 * Kills a playbook at five points. Each run continues where the run before it was killed. Then one run comes to its
 * end, and a further run must change nothing. A run that ends before its kill does not count: the work is prepared
 * again, and the remaining kills come at earlier points.
 * @param prepare prepares work for the playbook, the n-th time counted from 0, and returns the arguments of the
 * playbook.
 */
export async function survivesCuts(
  lab: Lab,
  playbook: string,
  prepare: (round: number) => Promise<readonly string[]>,
): Promise<void> {
  const random = seededRandom(createHash('sha256').update(`${SEED} ${playbook}`).digest().readInt32BE());
  let left = KILLS;
  for (let round = 0; left > 0; round += 1) {
    expect(round, 'rounds that ended before their kills').toBeLessThan(4);
    const args = await prepare(round);
    const planned = await plannedChanges(lab, [`playbooks/${playbook}`, ...args]);
    expect(planned, 'changes that the playbook plans: there must be work to cut off').toBeGreaterThan(0);
    tell(`${playbook}: ${planned} changes planned, seed ${SEED}`);
    let made = 0;
    while (left > 0) {
      const point = nextPoint(Math.max(0, planned / (round + 1) - made), left, random);
      const cut = await cutOff(lab, ['play', `playbooks/${playbook}`, ...args], point);
      made += cut.changes;
      if (!cut.killed) {
        tell(`${playbook}: ended before a kill after ${point.changes} more changes, with ${made}; it does not count`);
        break;
      }
      left -= 1;
      tell(
        `${playbook}: kill ${KILLS - left} after change ${made}, ${point.milliseconds} ms later, during ${cut.during}`,
      );
    }
    const rest = await plays(lab, playbook, ...args, ...PATIENCE);
    tell(`${playbook}: to its end with ${rest.length} changes`);
    expect(await plays(lab, playbook, ...args, ...PATIENCE)).toEqual([]);
  }
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
