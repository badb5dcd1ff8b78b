import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type SiteEvent, load, plan, play } from '../../engine/api/library.ts';
import * as surface from '../../engine/modules/own/surface.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../..');

function project(task: string): { readonly site: string; readonly folder: string } {
  const folder = temporaryFolder('runbook-library-');
  const site = join(folder, 'site.yml');
  writeFileSync(site, `- name: Play\n  hosts: localhost\n  tasks:\n    - name: Task\n      ${task}\n`);
  return { site, folder };
}

test('a plan changes nothing, a play does what it said, and the second play has nothing to do', async () => {
  const { site, folder } = project('copy: { content: "{{word}}\\n", dest: "{{file}}", mode: "0600" }');
  const file = join(folder, 'file');
  const loaded = await load(site, { extraVars: { word: 'hello', file }, trust: true });
  const events: SiteEvent[] = [];
  const journal = join(folder, 'runs');
  expect(await plan(loaded)).toMatchObject({ ok: true, changed: 1, unknown: 0, failed: 0 });
  expect(existsSync(file)).toBe(false);
  expect(await play(loaded, { journal, onEvent: (event) => events.push(event) })).toMatchObject({
    ok: true,
    changed: 1,
  });
  expect(readFileSync(file, 'utf8')).toBe('hello\n');
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['run_started', 'task_finished', 'run_finished']),
  );
  expect(await play(loaded, { journal })).toMatchObject({ ok: true, changed: 0 });
});

test('the journal is that of the command line, wherever that is', async () => {
  const { site, folder } = project('command: { cmd: "true" }');
  vi.stubEnv('RUNBOOK_STATE', join(folder, 'state'));
  onTestFinished(() => void vi.unstubAllEnvs());
  await play(await load(site, { trust: true }));
  expect(readdirSync(join(folder, 'state/runs'))).toHaveLength(1);
});

test('a host that fails is in the summary, and is no exception', async () => {
  const { site, folder } = project('command: { cmd: "false" }');
  const loaded = await load(site, { trust: true });
  const summary = await play(loaded, { journal: join(folder, 'runs') });
  expect(summary).toMatchObject({ ok: false, failed: 1, unreachable: [] });
});

test('a secret is masked in events', async () => {
  const { site } = project('debug: { msg: ["it is", "{{ansible_password}}"] }');
  const events: SiteEvent[] = [];
  const loaded = await load(site, { extraVars: { ansible_password: 'swordfish-42' }, trust: true });
  await plan(loaded, { onEvent: (event) => events.push(event) });
  expect(JSON.stringify(events)).toContain('********');
  expect(JSON.stringify(events)).not.toContain('swordfish');
});

test('mistakes are thrown with their places', async () => {
  const { site } = project('coppy: { dest: /tmp/x }');
  await expect(load(site, { trust: true })).rejects.toMatchObject({
    problems: [{ code: 'unknown-module', place: { line: 5 }, remedy: expect.stringContaining('copy') }],
  });
});

test('a signal ends the run, and a foreign object is no site', async () => {
  const { site, folder } = project('pause: { seconds: 600 }');
  const loaded = await load(site, { trust: true });
  const stop = new AbortController();
  const ended = play(loaded, {
    journal: join(folder, 'runs'),
    signal: stop.signal,
    onEvent: ({ type }) => {
      if (type === 'host_connected') stop.abort();
    },
  });
  expect(await ended).toMatchObject({ ok: false, interrupted: true });
  await expect(plan({ playbook: site, hosts: [] })).rejects.toThrow('what load has returned');
});

test('a module of a playbook from elsewhere does not run', async () => {
  const { site, folder } = project('own_one: {}');
  mkdirSync(join(folder, 'modules'));
  writeFileSync(join(folder, 'modules/own_one.ts'), 'globalThis.ownOneRan = true;');
  await expect(load(site)).rejects.toMatchObject({
    problems: [{ code: 'controller-refused', place: { line: 5 }, remedy: expect.stringContaining('--trust') }],
  });
  expect(globalThis).not.toHaveProperty('ownOneRan');
});

test('the package exports what docs say, by both of its names', () => {
  const script = `import * as library from ${JSON.stringify(join(ROOT, 'bin/library.js'))};
import * as contract from ${JSON.stringify(join(ROOT, 'bin/module.js'))};
console.log(JSON.stringify([Object.keys(library), Object.keys(contract)]));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(JSON.parse(said)).toEqual([
    ['Problem', 'Problems', 'formatPlace', 'load', 'plan', 'play'],
    Object.keys(surface).toSorted(),
  ]);
});
