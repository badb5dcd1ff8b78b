import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type DelayingProxy, startDelayingProxy } from '../bench/delaying-proxy.ts';
import { writeRunbookPlay } from '../bench/runbook-play.ts';
import { type BenchHost, generateTasks } from '../bench/tasks.ts';
import { differencesOf, makeTree } from '../bench/wanted-tree.ts';
import { type OpensshServer, startOpensshServer } from './openssh-server.ts';

// These are counters, not times: the round trips, bytes and processes of a run are the same on every machine, and must
// not increase unnoticed.

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');
const TASKS = generateTasks(1, 50);
const run = promisify(execFile);
const IS_ROOT = process.getuid?.() === 0;
/** Greeting and look for 50 tasks, including subshells and the two processes of the counter. The value is 12. */
const MOST_PROCESSES = 13;
/**
 * The same if all 50 tasks change something: three to five more for each of them, including its proof, and one look for
 * all. The value is 185.
 */
const MOST_PROCESSES_OF_FIRST_RUN = 187;
/** Encrypted, with the handshake. The value is 15,150. */
const MOST_BYTES = 16_000;

let folder: string;
let server: OpensshServer;
let wire: DelayingProxy;
let host: BenchHost;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runbook-counters-'));
  await chmod(folder, 0o755);
  host = { name: 'host-1', number: 1, root: join(folder, 'root') };
  // An empty home, so that login scripts of this machine do not run.
  await mkdir(join(folder, 'home'));
  await writeFile(join(folder, 'counting.sh'), COUNTING, { mode: 0o755 });
  const countsProcesses = IS_ROOT ? { ForceCommand: join(folder, 'counting.sh') } : {};
  server = await startOpensshServer({
    SetEnv: `HOME=${join(folder, 'home')} COUNTS=${join(folder, 'processes')}`,
    ...countsProcesses,
  });
  wire = await startDelayingProxy(server.port, 0);
  const reach = {
    port: wire.port,
    user: userInfo().username,
    identityFile: server.identityFile,
    knownHosts: server.knownHosts,
  };
  await writeRunbookPlay(folder, TASKS, [host], reach);
});

afterAll(async () => {
  await wire.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A new namespace numbers processes from 1, so the number of the last process tells how many were started. */
const COUNTING = `#!/bin/sh
exec unshare --pid --fork --mount-proc sh -c 'sh -c "$SSH_ORIGINAL_COMMAND"; sh -c "echo \\$\\$" >"$COUNTS.new"; mv "$COUNTS.new" "$COUNTS"'
`;

interface Counts {
  readonly changed: number;
  readonly roundTrips: number;
  readonly bytesSent: number;
}

async function play(): Promise<Counts> {
  await rm(join(folder, 'processes'), { force: true });
  const before = wire.bytesSent;
  const args = [
    RUNBOOK,
    'play',
    join(folder, 'site.yml'),
    '-i',
    join(folder, 'inventory.yml'),
    '--no-lock',
    '--output',
    'json',
  ];
  const env = { ...process.env, RUNBOOK_STATE: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache') };
  const { stdout } = await run(process.execPath, args, { env, maxBuffer: 64 * 1024 * 1024 });
  const recap = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly type: string; readonly recap?: readonly Omit<Counts, 'bytesSent'>[] })
    .find((event) => event.type === 'run_finished')?.recap?.[0];
  if (recap === undefined) throw new Error('The run told no recap');
  return { ...recap, bytesSent: wire.bytesSent - before };
}

/** The session may end a little later than the run. */
async function processes(): Promise<number> {
  return vi.waitFor(async () => Number(await readFile(join(folder, 'processes'), 'utf8')), { timeout: 20_000 });
}

/** A host on which `changes` of the files differ from the wanted state. */
async function hostThatNeeds(changes: number): Promise<void> {
  await rm(host.root, { recursive: true, force: true });
  await makeTree(TASKS, host, userInfo());
  const copies = TASKS.filter((task) => task.kind === 'copy').slice(0, changes);
  for (const task of copies) await writeFile(join(host.root, task.path), 'something else\n');
}

test('a run with nothing to change costs one round trip a host', async () => {
  await hostThatNeeds(0);
  const counts = await play();
  expect(counts).toMatchObject({ changed: 0, roundTrips: 1 });
});

test.each([1, 3, 10])('%i quiet changes go to the host together', async (changes) => {
  await hostThatNeeds(changes);
  const counts = await play();
  expect(counts.changed).toBe(changes);
  expect(counts.roundTrips).toBe(2);
});

test('what a run with nothing to change sends stays small', async () => {
  await hostThatNeeds(0);
  const { bytesSent } = await play();
  expect(bytesSent).toBeLessThan(MOST_BYTES);
});

test.runIf(IS_ROOT)(
  'a run with nothing to change starts few processes on the host, however many tasks there are',
  async () => {
    await hostThatNeeds(0);
    await play();
    expect(await processes()).toBeLessThanOrEqual(MOST_PROCESSES);
  },
);

test('a first run of 50 quiet changes costs a round trip to look, and one to change and sync', async () => {
  await rm(host.root, { recursive: true, force: true });
  await mkdir(host.root);
  const counts = await play();
  expect(counts).toMatchObject({ changed: TASKS.length, roundTrips: 2 });
  expect(await differencesOf(TASKS, host)).toEqual([]);
  if (IS_ROOT) expect(await processes()).toBeLessThanOrEqual(MOST_PROCESSES_OF_FIRST_RUN);
});

test('one by one, a first run costs a round trip for each change', async () => {
  await rm(host.root, { recursive: true, force: true });
  await mkdir(host.root);
  const site = join(folder, 'site.yml');
  const together = await readFile(site, 'utf8');
  await writeFile(site, together.replace('hosts: bench', 'hosts: bench\n  one_by_one: true'));
  const counts = await play();
  await writeFile(site, together);
  expect(counts).toMatchObject({ changed: TASKS.length, roundTrips: TASKS.length + 2 });
  expect(await differencesOf(TASKS, host)).toEqual([]);
});
