import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { RUNBOOK } from '../cli/run-program.ts';
import { temporaryFolder } from '../temporary-folder.ts';

// The commands of deploy/ are run as they are written there, with what the engine would give them.

const DEPLOY = join(import.meta.dirname, '../../deploy');
const HOSTS = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'];

interface Place {
  readonly folder: string;
  readonly sh: (script: string, env: Readonly<Record<string, string>>) => Promise<{ status: number; output: string }>;
  /** Returns the hosts that have been changed. */
  readonly done: () => readonly string[];
}

/** Makes a project, with `runbook` and `npx` as commands. */
function project(): Place {
  const folder = temporaryFolder('runbook-deploy-');
  for (const name of ['bin', 'out', 'playbooks', 'inventory', 'results']) mkdirSync(join(folder, name));
  const program = (name: string, args: string): void =>
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\nexec '${process.execPath}' '${RUNBOOK}' ${args}\n`, {
      mode: 0o755,
    });
  program('runbook', '"$@"');
  writeFileSync(join(folder, 'bin/npx'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  writeFileSync(
    join(folder, 'inventory/prod.yml'),
    JSON.stringify({
      all: { vars: { ansible_connection: 'local' }, hosts: Object.fromEntries(HOSTS.map((host) => [host, {}])) },
    }),
  );
  writeFileSync(
    join(folder, 'playbooks/site.yml'),
    `- hosts: all\n  tasks:\n    - copy: { dest: '${folder}/out/{{inventory_hostname}}', content: done }\n`,
  );
  return {
    folder,
    sh: (script, env) =>
      new Promise((resolve) => {
        const whole = { ...process.env, NO_COLOR: '1', ...env, PATH: `${folder}/bin:${process.env['PATH'] ?? ''}` };
        execFile('sh', ['-euc', script], { cwd: folder, env: whole }, (error, stdout, stderr) =>
          resolve({ status: error === null ? 0 : Number(error.code), output: stdout + stderr }),
        );
      }),
    done: () => readdirSync(join(folder, 'out')),
  };
}

const read = (name: string): string => readFileSync(join(DEPLOY, name), 'utf8');
const isRunbook = (line: string): boolean => /\brunbook\b/.test(line);

async function playedAndMerged(
  place: Place,
  plays: readonly Promise<unknown>[],
  merge: () => Promise<unknown>,
): Promise<void> {
  expect(await Promise.all(plays)).toEqual(plays.map(() => expect.objectContaining({ status: 0 })));
  expect(place.done()).toEqual(HOSTS);
  expect(await merge()).toMatchObject({ status: 0, output: expect.stringMatching(/with 7 of 7 hosts/) });
}

test('GitLab plays four slices and merges them', async () => {
  const { play, merge } = parse(read('gitlab-ci.yml'));
  const place = project();
  const plays = [1, 2, 3, 4].map((index) => {
    const env = { CI_NODE_INDEX: String(index), CI_NODE_TOTAL: String(play.parallel), CI_PIPELINE_ID: '17' };
    return place.sh(play.script.find(isRunbook), { ...env, RUNBOOK_STATE: `results/${index}` });
  });
  await playedAndMerged(place, plays, () => place.sh(merge.script.find(isRunbook), { CI_PIPELINE_ID: '17' }));
  expect(readdirSync(place.folder)).toEqual(expect.arrayContaining(['report.xml', 'run.html']));
});

test('GitHub Actions plays four slices and merges them', async () => {
  const { jobs } = parse(read('github-actions.yml'));
  const place = project();
  const script = (job: 'play' | 'merge', slice: number): string =>
    jobs[job].steps
      .flatMap(({ run }: { run?: string }) =>
        run !== undefined && isRunbook(run) && run.startsWith('npx') ? [run] : [],
      )
      .join('\n')
      .replaceAll('${{ matrix.slice }}', String(slice))
      .replaceAll('${{ github.run_id }}', '99');
  const plays = jobs.play.strategy.matrix.slice.map((slice: number) =>
    place.sh(script('play', slice), { RUNBOOK_STATE: `results/slice-${slice}` }),
  );
  await playedAndMerged(place, plays, () => place.sh(script('merge', 0), {}));
});

test('systemd plays four slices, one for each instance', async () => {
  const [, command = ''] = /^ExecStart=\S+ (.*)$/m.exec(read('slice@.service')) ?? [];
  const place = project();
  const plays = [1, 2, 3, 4].map((index) =>
    place.sh(command.replaceAll('%i', String(index)), { RUNBOOK_STATE: `results/${index}` }),
  );
  await playedAndMerged(place, plays, () => place.sh('runbook runs merge results', {}));
});

describe('Kubernetes', () => {
  const job = (name: string) => parse(read(`kubernetes/${name}.yaml`));

  test('plays as many slices as the Job has completions, and merges them', async () => {
    const { spec } = job('play');
    const { spec: merging } = job('merge');
    const place = project();
    const [{ args }] = spec.template.spec.containers;
    const plays = Array.from({ length: spec.completions }, (_, index) =>
      place.sh(args[0], { JOB_COMPLETION_INDEX: String(index), RUN: 'uid', RUNBOOK_STATE: `results/pod-${index}` }),
    );
    const words: readonly string[] = merging.template.spec.containers[0].args;
    const merge = `runbook ${words.map((word) => `'${word.replaceAll('/results', 'results')}'`).join(' ')}`;
    await playedAndMerged(place, plays, () => place.sh(merge, {}));
    expect(readdirSync(join(place.folder, 'results'))).toEqual(expect.arrayContaining(['report.xml', 'run.html']));
  });

  test('has files that kustomize can read: each resource is there, and is one object', () => {
    const { resources } = parse(read('kubernetes/kustomization.yaml'));
    for (const name of resources) {
      const documents = parseAllDocuments(read(`kubernetes/${name}`));
      expect(documents.map((one) => [one.errors, typeof one.toJS().kind])).toEqual([[[], 'string']]);
    }
    const files = readdirSync(join(DEPLOY, 'kubernetes')).filter((name) => name.endsWith('.yaml'));
    expect(new Set(files)).toEqual(new Set(['kustomization.yaml', ...resources]));
  });
});
