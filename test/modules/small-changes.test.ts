import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Apply, Change, Module } from '../../engine/modules/base/module.ts';
import { module as copy } from '../../engine/modules/copy.ts';
import { module as file } from '../../engine/modules/file.ts';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { givesDefaultAcl } from '../default-acl.ts';
import { SHELLS, observeHere, runScript } from '../resources/local-sh.ts';
import { planHere } from './try-module.ts';

// The scripts of small changes start few processes: where possible, builtins of the shell such as `umask` do the work.
// Builtins differ from shell to shell. Therefore each change is made with each shell and must give the same result.

const IS_ROOT = process.getuid?.() === 0;
const SOMEBODY = 12_345;

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-small-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => join(directory, name);
const modeOf = (name: string): string => (statSync(at(name)).mode & 0o7777).toString(8);

async function planned<Arguments, Loaded>(module: Module<Arguments, Loaded>, given: ValueMap): Promise<Change> {
  const { outcome } = await planHere(module, given);
  if (outcome.kind !== 'change') throw new Error(`expected a change: ${JSON.stringify(outcome)}`);
  return outcome;
}

function disagreements({ predictions }: Change, shell: readonly string[]): readonly string[] {
  const seen = observeHere(
    predictions.map(({ request }) => request),
    shell,
  );
  return predictions.flatMap(({ request, state }) => request.kind.disagreement(state, seen.get(request.key)) ?? []);
}

/** Makes a change as a run does: if the host is not as predicted, the repair runs once. */
async function make<Arguments, Loaded>(
  shell: readonly string[],
  module: Module<Arguments, Loaded>,
  given: ValueMap,
): Promise<{ apply: Apply; repaired: boolean }> {
  const change = await planned(module, given);
  const apply = await change.apply();
  expect(runScript(apply.script, shell)).toMatchObject({ status: 0, stderr: Buffer.alloc(0) });
  const repaired = apply.repair !== undefined && disagreements(change, shell).length > 0;
  if (repaired) expect(runScript(apply.repair, shell)).toMatchObject({ status: 0 });
  expect(disagreements(change, shell)).toEqual([]);
  expect((await planHere(module, given)).outcome.kind).toBe('in_sync');
  return { apply, repaired };
}

describe.each(SHELLS)('small changes with %s', (_, shell) => {
  it.each(['0644', '0640', '0600', '0444', '0666', '0660', '0604', '0755', '4750', '0000'])(
    'a new file has mode %s',
    async (mode) => {
      const { apply, repaired } = await make(shell, copy, { content: 'x\n', dest: at('a'), mode });
      expect(modeOf('a')).toBe(Number.parseInt(mode, 8).toString(8));
      expect(apply).toMatchObject({ brief: true, unsynced: at('a') });
      expect(repaired).toBe(false);
      expect(readdirSync(directory)).toEqual(['a']);
    },
  );

  it.each(['0644', '0640', '0600', '0755'])('a file that is replaced keeps mode %s and its owner', async (mode) => {
    writeFileSync(at('a'), 'old');
    if (IS_ROOT) chownSync(at('a'), SOMEBODY, SOMEBODY);
    chmodSync(at('a'), Number.parseInt(mode, 8));
    const { uid, gid } = statSync(at('a'));
    const { apply } = await make(shell, copy, { content: 'new\n', dest: at('a') });
    expect(statSync(at('a'))).toMatchObject({ uid, gid });
    expect(modeOf('a')).toBe(Number.parseInt(mode, 8).toString(8));
    expect(readFileSync(at('a'), 'utf8')).toBe('new\n');
    expect(apply.unsynced).toBe(undefined);
  });

  it.runIf(IS_ROOT)('a file that is replaced keeps its group where new files get another', async () => {
    writeFileSync(at('a'), 'old');
    chownSync(directory, 0, SOMEBODY);
    chmodSync(directory, 0o2775);
    await make(shell, copy, { content: 'new\n', dest: at('a') });
    expect(statSync(at('a'))).toMatchObject({ uid: 0, gid: 0 });
  });

  it('a new file has its mode also where the directory has a default ACL', async ({ skip }) => {
    skip(!givesDefaultAcl(directory), 'directories take no ACL here');
    const { repaired } = await make(shell, copy, { content: 'x\n', dest: at('a'), mode: '0640' });
    expect(repaired).toBe(true);
    expect(modeOf('a')).toBe('640');
    await make(shell, copy, { content: 'x\n', dest: at('secret'), mode: '0600' });
    await make(shell, file, { path: at('d/e'), state: 'directory', mode: '0750' });
    expect([modeOf('d'), modeOf('d/e')]).toEqual(['750', '750']);
    await make(shell, file, { path: at('p/q'), state: 'directory' });
    await make(shell, file, { path: at('t'), state: 'touch', modification_time: 'preserve' });
    expect([modeOf('p/q'), modeOf('t')]).toEqual(['777', '666']);
  });

  it('a write that fails leaves nothing behind', async () => {
    const change = await planned(copy, { content: 'x\n', dest: at('a') });
    mkdirSync(at('a'));
    const { status, stderr } = runScript((await change.apply()).script, shell);
    expect([status, stderr.toString()]).toEqual([1, `${at('a')} is a directory\n`]);
    expect([readdirSync(directory), readdirSync(at('a'))]).toEqual([['a'], []]);
  });
});

describe.each(SHELLS)('small changes of directories with %s', (_, shell) => {
  it.each([
    [undefined, '2755'],
    ['g+w', '2775'],
    ['g=rx', '755'],
    ['0700', '700'],
    ['1777', '1777'],
    ['2750', '2750'],
  ])('new directories have mode %s, also beneath one that hands on its group', async (mode, made) => {
    mkdirSync(at('d'));
    chmodSync(at('d'), 0o2775);
    const { apply } = await make(shell, file, {
      path: at("d/e/f'"),
      state: 'directory',
      ...(mode === undefined ? {} : { mode }),
    });
    expect([modeOf('d/e'), modeOf("d/e/f'")]).toEqual([made, made]);
    // Another process has made them meanwhile.
    expect(runScript(apply.script, shell)).toMatchObject({ status: 0, stderr: Buffer.alloc(0) });
    expect(modeOf('d/e')).toBe(made);
  });

  it.each([
    ['0750', ['750', '750', '750']],
    ['g=rX', ['755', '644', '755']],
    ['g-s,o=', ['750', '640', '750']],
  ])('everything beneath a directory gets mode %s', async (mode, made) => {
    mkdirSync(at('d/e'), { recursive: true });
    writeFileSync(at('d/f'), '');
    chmodSync(at('d/e'), 0o2755);
    await make(shell, file, { path: at('d'), state: 'directory', recurse: true, mode });
    expect(['d', 'd/f', 'd/e'].map(modeOf)).toEqual(made);
  });

  it.runIf(IS_ROOT)('new directories and links have their owner', async () => {
    await make(shell, file, { path: at('d/e'), state: 'directory', mode: '0750', owner: SOMEBODY, group: SOMEBODY });
    await make(shell, file, { path: at('l'), src: 'd', state: 'link', owner: SOMEBODY, follow: false });
    for (const name of ['d', 'd/e', 'l']) expect(lstatSync(at(name)).uid).toBe(SOMEBODY);
    expect(modeOf('d/e')).toBe('750');
  });
});

describe.each(SHELLS)('small changes of links with %s', (_, shell) => {
  it('a link is made and replaced', async () => {
    mkdirSync(at('d'));
    await make(shell, file, { path: at("l'"), src: at('d'), state: 'link' });
    await make(shell, file, { path: at("l'"), src: 'd', state: 'link' });
    expect(readlinkSync(at("l'"))).toBe('d');
    rmSync(at("l'"));
    mkdirSync(at("l'"));
    await make(shell, file, { path: at("l'"), src: at('d'), state: 'link', force: true });
    expect([readdirSync(directory), readdirSync(at('d'))]).toEqual([['d', "l'"], []]);
  });

  it('a link is not made in a directory that has taken its place', async () => {
    const change = await planned(file, { path: at('l'), src: '/etc', state: 'link' });
    mkdirSync(at('l'));
    expect(runScript((await change.apply()).script, shell)).toMatchObject({
      status: 1,
      stderr: Buffer.from(`${at('l')} is a directory\n`),
    });
    expect(existsSync(at('l/etc'))).toBe(false);
  });
});
