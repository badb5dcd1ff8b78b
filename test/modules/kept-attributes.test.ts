import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyModule } from '../../engine/modules/base/module.ts';
import { module as blockinfile } from '../../engine/modules/blockinfile.ts';
import { module as copy } from '../../engine/modules/copy.ts';
import { module as lineinfile } from '../../engine/modules/lineinfile.ts';
import { module as move } from '../../engine/modules/move.ts';
import { module as replace } from '../../engine/modules/replace.ts';
import { module as template } from '../../engine/modules/template.ts';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { SHELLS, runScript } from '../resources/local-sh.ts';
import { controllerWith, planHere } from './try-module.ts';

// Attributes of a file belong to its owner: a task that writes the file again keeps them.

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-kept-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => join(directory, name);
const aclOf = (name: string): string => execFileSync('getfacl', ['-cpn', at(name)], { encoding: 'utf8' }).trim();
const setAcl = (name: string): boolean => spawnSync('setfacl', ['-m', 'u:65534:r', at(name)]).status === 0;
const setXattr = (path: string): boolean =>
  spawnSync('perl', ['-e', 'my ($p,$n,$v)=($ARGV[0],"user.note","kept");exit(syscall(188,$p,$n,$v,4,0)==0?0:1)', path])
    .status === 0;
const hasXattr = (path: string): boolean =>
  spawnSync('perl', ['-e', 'my ($p,$n,$b)=($ARGV[0],"user.note","\\0"x9);exit(syscall(191,$p,$n,$b,9)==4?0:1)', path])
    .status === 0;

async function apply(module: unknown, given: ValueMap, shell: readonly string[]): Promise<void> {
  const controller = controllerWith({ src: 'new\n' }, { src: 'new\n' });
  const { outcome } = await planHere(module as AnyModule, given, { controller });
  if (outcome.kind !== 'change') throw new Error(`expected a change: ${JSON.stringify(outcome)}`);
  const { script } = await outcome.apply();
  expect(runScript(script, shell)).toMatchObject({ status: 0 });
}

describe.each(SHELLS)('with %s', (name, shell) => {
  it.each<readonly [string, unknown, ValueMap]>([
    ['copy', copy, { src: 'src' }],
    ['copy of text', copy, { content: 'new\n' }],
    ['copy with backup', copy, { content: 'new\n', backup: true }],
    ['copy with validate', copy, { content: 'new\n', validate: 'test -s %s' }],
    ['template', template, { src: 'src' }],
    ['lineinfile', lineinfile, { line: 'new' }],
    ['blockinfile', blockinfile, { block: 'new' }],
    ['replace', replace, { regexp: 'old', replace: 'new' }],
  ])('%s keeps the access control list and the extended attributes', async (_, module, given) => {
    writeFileSync(at('f'), 'old\n');
    chmodSync(at('f'), 0o640);
    if (!setAcl('f') || !setXattr(at('f'))) return;
    const before = aclOf('f');
    await apply(module, { ...given, [module === copy || module === template ? 'dest' : 'path']: at('f') }, shell);
    expect(readFileSync(at('f'), 'utf8')).toContain('new');
    expect(aclOf('f')).toBe(before);
    // busybox does not support extended attributes.
    if (!name.includes('busybox')) expect(hasXattr(at('f'))).toBe(true);
  });

  it('a mode that lets fewer in is there before the content is', async () => {
    writeFileSync(at('f'), 'old\n');
    chmodSync(at('f'), 0o644);
    await apply(copy, { content: 'new\n', dest: at('f'), mode: '0600' }, shell);
    expect([statSync(at('f')).mode & 0o777, readFileSync(at('f'), 'utf8')]).toEqual([0o600, 'new\n']);
    await apply(copy, { content: 'newer\n', dest: at('f'), mode: '0664' }, shell);
    expect([statSync(at('f')).mode & 0o777, readFileSync(at('f'), 'utf8')]).toEqual([0o664, 'newer\n']);
  });

  it('a new content that does not pass leaves the old file as it is, with its mode', async () => {
    writeFileSync(at('f'), 'old\n');
    chmodSync(at('f'), 0o644);
    const { outcome } = await planHere(copy, { content: 'new\n', dest: at('f'), mode: '0600', validate: 'false %s' });
    if (outcome.kind !== 'change') throw new Error('expected a change');
    expect(runScript((await outcome.apply()).script, shell).status).toBe(1);
    expect([statSync(at('f')).mode & 0o777, readFileSync(at('f'), 'utf8')]).toEqual([0o644, 'old\n']);
  });

  it('what a move keeps has the access control list of the file that it was', async () => {
    writeFileSync(at('new'), 'new\n');
    writeFileSync(at('f'), 'old\n');
    if (!setAcl('f')) return;
    const before = aclOf('f');
    await apply(move, { src: at('new'), dest: at('f'), keep: at('kept') }, shell);
    if (!name.includes('busybox')) expect(aclOf('kept')).toBe(before);
  });
});
