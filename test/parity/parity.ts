import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { ANSIBLE, collections, pythonEnvironment } from '../python-environment.ts';
import installWhatTestsNeed from '../system-packages.ts';
import { type Bench, type Verdict, verdicts } from './answers.ts';
import type { Case } from './case.ts';
import { generated } from './generate.ts';
import { isRed, judged } from './judge.ts';
import { type LabBench, labBench } from './lab-bench.ts';
import { type Options, optionsOf } from './options.ts';
import { shown } from './show.ts';
import { shrunk } from './shrink.ts';
import { webServer } from './web-server.ts';

/** Number of cases that one call of a tool plays. */
const BATCH = 40;

const say = (text: string): boolean => process.stdout.write(text);

async function parity(options: Options): Promise<boolean> {
  installWhatTestsNeed();
  const installed = await pythonEnvironment(ANSIBLE);
  if (installed.kind === 'missing') {
    say(`Skipped: ${installed.why}\n0 passed, ${options.required ? 1 : 0} failed\n`);
    return !options.required;
  }
  const drawn = generated({ seed: options.seed, count: options.cases, area: options.area }).filter(
    ({ id }) => options.only === undefined || id === options.only,
  );
  const hosts = drawn.some(({ area }) => area === 'system') ? await systemHosts() : undefined;
  const cases = typeof hosts === 'string' ? drawn.filter(({ area }) => area !== 'system') : drawn;
  if (typeof hosts === 'string') say(`system: ${drawn.length - cases.length} cases are left out: ${hosts}\n`);
  if (typeof hosts === 'string' && options.required && options.area === 'system') return false;
  say(`${cases.length} cases of seed ${options.seed}, against ${ANSIBLE[0]}\n`);
  const system = typeof hosts === 'object' ? hosts : undefined;
  const server = await webServer();
  const root = mkdtempSync(join(tmpdir(), 'parity-'));
  try {
    const bench: Bench = {
      ansible: {
        folder: installed.folder,
        scratch: root,
        quick: true,
        ...(system === undefined ? {} : { collections: system.collections }),
      },
      root,
      port: server.port,
      ...(system === undefined ? {} : { lab: system.lab }),
    };
    return await played(bench, cases, options);
  } finally {
    server.close();
    await system?.lab.down();
    rmSync(root, { recursive: true, force: true });
  }
}

/** Plays the cases and prints the failed ones. Returns whether none failed and nobody ended the run. */
async function played(bench: Bench, cases: readonly Case[], options: Options): Promise<boolean> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(signal));
  const all = await inBatches(bench, cases, { atOnce: options.quick && options.shrink === 0, stop: stop.signal });
  const red = all.filter((verdict) => isRed(judged(verdict)));
  const confirmed = options.quick || stop.signal.aborted ? red : await confirm(bench, red);
  if (!options.quick || options.shrink > 0) await tell(bench, confirmed, stop.signal.aborted ? 0 : options.shrink);
  summarize(all, confirmed, options);
  if (stop.signal.aborted)
    say(`Ended by ${String(stop.signal.reason)}: ${all.length} of ${cases.length} cases were played\n`);
  return confirmed.length === 0 && !stop.signal.aborted;
}

/** Returns the hosts for the area system, or the reason why there are none. */
async function systemHosts(): Promise<{ readonly lab: LabBench; readonly collections: string } | string> {
  const further = await collections();
  if (further.kind === 'missing') return further.why;
  const lab = await labBench((line) => say(`${line}\n`));
  return typeof lab === 'string' ? lab : { lab, collections: further.folder };
}

/** `atOnce`: prints failed cases immediately. `stop`: no further batch begins. */
async function inBatches(
  bench: Bench,
  cases: readonly Case[],
  { atOnce: isToldAtOnce, stop }: { readonly atOnce: boolean; readonly stop: AbortSignal },
): Promise<readonly Verdict[]> {
  const atOnce = pLimit(Math.max(1, Math.ceil(availableParallelism() / 2)));
  const batches: Case[][] = [];
  for (const one of cases) {
    const last = batches.at(-1);
    if (
      last !== undefined &&
      (last.length < BATCH || one.area === 'system') &&
      last[0]?.area === one.area &&
      last[0].input.kind === one.input.kind
    )
      last.push(one);
    else batches.push([one]);
  }
  const found = await Promise.all(
    batches.map((batch) =>
      atOnce(async () => {
        if (stop.aborted) return [];
        const began = Date.now();
        const some = await verdicts(bench, batch[0]?.input.kind ?? 'tasks', batch);
        const red = some.filter((verdict) => isRed(judged(verdict)));
        const counts = `${batch.length - red.length} equal or explained, ${red.length} not`;
        say(`${batch[0]?.id ?? ''}…: ${counts}, ${Math.round((Date.now() - began) / 1000)} s\n`);
        if (isToldAtOnce) for (const verdict of red) say(`\n${shown(verdict)}\n`);
        return some;
      }),
    ),
  );
  return found.flat();
}

/** Plays the failed cases again with plain ansible-core: a difference that only appears with mitogen does not count. */
async function confirm(bench: Bench, red: readonly Verdict[]): Promise<readonly Verdict[]> {
  const plain = { ...bench, ansible: { ...bench.ansible, quick: false } };
  const kinds = Map.groupBy(red, ({ input }) => input.input.kind);
  const again = await Promise.all(
    [...kinds].map(([kind, some]) =>
      verdicts(
        plain,
        kind,
        some.map(({ input }) => input),
      ),
    ),
  );
  return again.flat().filter((verdict) => isRed(judged(verdict)));
}

async function tell(bench: Bench, red: readonly Verdict[], shrink: number): Promise<void> {
  for (const [index, verdict] of red.entries()) {
    say(`\n${shown(index < shrink ? await shrunk(bench, verdict) : verdict)}(from ${verdict.input.id})\n`);
  }
}

function summarize(all: readonly Verdict[], red: readonly Verdict[], { counts, seed }: Options): void {
  const names = new Set(red.map(({ input }) => input.id));
  say('\n');
  for (const [area, some] of Map.groupBy(all, ({ input }) => input.area)) {
    const failed = some.filter(({ input }) => names.has(input.id)).length;
    const explained = some.filter((verdict) => judged(verdict).rows.size > 0 && !names.has(verdict.input.id)).length;
    const open = some.reduce((sum, { runbook }) => sum + runbook.open, 0);
    const broken = some.filter(({ runbook }) => runbook.broken.length > 0).length;
    say(
      `${area}: ${some.length} cases, ${some.length - failed - explained} equal, ${explained} different on purpose, ${failed} not explained; `,
    );
    say(`plans: ${broken} broken, ${open} tasks open\n`);
  }
  const failed = red.length;
  say(`Seed ${seed}: ${all.length - failed} passed, ${failed} failed\n`);
  if (counts !== undefined)
    writeFileSync(
      counts,
      JSON.stringify({
        numPassedTests: all.length - failed,
        numFailedTests: failed,
        numPendingTests: 0,
        numTodoTests: 0,
      }),
    );
}

process.exitCode = (await parity(optionsOf(process.argv.slice(2)))) ? 0 : 1;
