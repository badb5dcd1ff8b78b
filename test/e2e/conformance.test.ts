import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { complaints, runbook } from '../lab/controller.ts';
import { Chance } from '../parity/chance.ts';
import { release } from './cluster.ts';
import { type Conformance, type Spec, conformance, reasonToLeaveOut } from './conformance.ts';

const SEED = Number(process.env['RUNBOOK_CONFORMANCE_SEED'] ?? 1);
const COUNT = Number(process.env['RUNBOOK_CONFORMANCE_SPECS'] ?? 60);
const HOURS = 60 * 60_000;

const reason = unfitness();
describe.skipIf(reason !== undefined)(`conformance${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-conformance-'));
  let lab: Lab;
  let program: Conformance;
  let drawn: readonly string[];

  beforeAll(async () => {
    const kubeconfig = join(folder, 'admin.conf');
    lab = await up({ name: 'conformance', hosts: 1, workers: 2 });
    const play = ['play', 'playbooks/site.yml', '-e', `pki_controller_kubeconfig=${kubeconfig}`];
    expect(complaints(await runbook(lab, play, 'inventory/lab-small.yml'))).toBe('');
    program = await conformance(lab, folder);
    const candidates = (await program.specs()).filter((name) => reasonToLeaveOut(name) === undefined);
    drawn = new Chance(SEED, 'conformance').shuffled(candidates).slice(0, COUNT);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await release(lab);
  });

  test('as many specs are drawn as asked for', () => {
    expect(new Set(drawn).size).toBe(COUNT);
  });

  test(
    `specs of seed ${SEED} pass`,
    async ({ annotate }) => {
      const done = await program.run(drawn);
      await annotate(done.map(told).join('\n'));
      expect(done.filter(({ state }) => state !== 'passed').map(told)).toEqual([]);
      expect(done.map(({ name }) => name).toSorted()).toEqual([...drawn].toSorted());
    },
    2 * HOURS,
  );
});

function told({ name, state, seconds, why }: Spec): string {
  return `${state} ${seconds.toFixed(0)} s ${name}${why === '' ? '' : `\n  ${why}`}`;
}
