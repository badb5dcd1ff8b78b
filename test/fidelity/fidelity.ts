import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Lab, find, up } from '../../lab/hosts.ts';
import { seededRandom } from '../seeded-random.ts';
import { compare, runbook, type Run } from './outcomes.ts';
import { perturbations, type Perturbation } from './perturbations.ts';

/**
 * Compares plans with the plays after them: on new hosts, and after each of twenty changes to the hosts. Usage: npm run
 * test:fidelity -- [--seed NUMBER] [--keep]. It takes about twenty minutes.
 */
const NAME = 'fidelity';
/** Maximal share of the tasks on new hosts that may be uncertain. */
const MOST_OPEN = 0.05;

const root = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, keep: { type: 'boolean', default: false } },
});
const seed = Number(values.seed);
const failures: string[] = [];

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function site(command: 'plan' | 'play', variables: readonly string[] = []): Promise<Run> {
  const inventory = `${root}inventory/lab.yml`;
  return runbook([command, '-i', inventory, '-e', `lab_name=${NAME}`, ...variables, `${root}playbooks/site.yml`]);
}

function expect(what: string, holds: boolean, details: readonly string[]): void {
  if (holds) return;
  failures.push(what);
  say(`  NOT SO: ${what}`);
  for (const line of details) say(`    ${line}`);
}

/** Plans, plays, and compares both; then plays again, which must change nothing. */
async function planAndPlay(about: string, variables: readonly string[]): Promise<void> {
  const plan = await site('plan', variables);
  expect(`${about}: the plan is whole`, plan.status === 0 && plan.problems.length === 0, plan.problems);
  const play = await site('play', variables);
  expect(`${about}: the play went well`, play.status === 0, play.problems);
  const { equal, notDone, notPlanned, announced, open, tasks } = compare(plan, play);
  const handlers = play.outcomes.filter(({ handler, kind }) => handler && kind === 'changed').length;
  say(
    `  ${equal} planned and done (${handlers} by handlers); ${notDone.length} planned and not done; ${notPlanned.length} done and not planned; ${announced.length} done where the plan says unknown; ${open.length} of ${tasks} tasks not certain`,
  );
  expect(`${about}: what was planned was done`, notDone.length === 0, notDone);
  expect(`${about}: what was done was planned`, notPlanned.length === 0, notPlanned);
  for (const line of open) say(`    not certain: ${line}`);
  if (variables.length === 0 && about === UNTOUCHED)
    expect('at most 5 % are not certain', open.length <= tasks * MOST_OPEN, []);
  const again = await site('play', variables);
  const changed = again.outcomes
    .filter(({ kind }) => kind !== 'ok' && kind !== 'skipped')
    .map(({ host, task }) => `${host}: ${task}`);
  expect(`${about}: the run after it is empty`, again.status === 0 && changed.length === 0, [
    ...again.problems,
    ...changed,
  ]);
}

const UNTOUCHED = 'untouched hosts';

async function perturb(lab: Lab, perturbation: Perturbation, host: string): Promise<void> {
  const { command, shortLived } = perturbation;
  if (shortLived !== undefined) {
    await rm(`${root}.runbook/lab/${NAME}/pki/hosts/${host}/${shortLived.certificate}.crt`);
    const issued = await site('play', shortLived.variables);
    if (issued.status !== 0) throw new Error(issued.problems.join('\n'));
  }
  if (command === undefined) return;
  await lab.ssh(host, `sudo sh -c '${command.replaceAll("'", `'\\''`)}'`);
}

await (await find(NAME).catch(() => undefined))?.down();
say(`Seed ${seed}. Bringing up three hosts.`);
const lab = await up({ name: NAME, hosts: 3 });
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    say(`Ended by ${signal}.`);
    void (values.keep ? Promise.resolve() : lab.down()).finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  });
try {
  say(`1. ${UNTOUCHED}`);
  await planAndPlay(UNTOUCHED, []);
  const random = seededRandom(seed);
  const hosts = lab.state.hosts.map(({ name }) => name);
  const chosen = perturbations(random);
  for (const [index, perturbation] of chosen.entries()) {
    const host = hosts[Math.floor(random() * hosts.length)] ?? 'k8s-master-1';
    const about = perturbation.on === 'one host' ? `${perturbation.name} on ${host}` : perturbation.name;
    say(`${index + 2}. ${about}`);
    await perturb(lab, perturbation, host);
    await planAndPlay(about, perturbation.variables ?? []);
  }
} finally {
  if (!values.keep) await lab.down();
}
say(
  failures.length === 0
    ? 'Every plan was what the play then did.'
    : `${failures.length} did not hold:\n${failures.map((one) => `- ${one}`).join('\n')}`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
