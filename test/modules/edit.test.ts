import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { module as blockinfile } from '../../engine/modules/blockinfile.ts';
import { module as lineinfile } from '../../engine/modules/lineinfile.ts';
import { module as replace } from '../../engine/modules/replace.ts';
import { Secret } from '../../engine/values/secret.ts';
import { Unknown } from '../../engine/values/value.ts';
import type { ValueMap } from '../../engine/values/value.ts';
import { planHere, settleHere } from './try-module.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-edit-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => join(directory, name);

type Case = readonly [string, string, ValueMap, string];

describe('lineinfile', () => {
  const table: readonly Case[] = [
    ['puts a line at the end', 'a\nb\n', { line: 'c' }, 'a\nb\nc\n'],
    ['ends the line before it', 'a', { line: 'c' }, 'a\nc\n'],
    ['leaves a line that is there', 'a\nc\nb', { line: 'c' }, 'a\nc\nb'],
    ['replaces the last match', 'x=1\nx=2\ny\n', { regexp: '^x=', line: 'x=3' }, 'x=1\nx=3\ny\n'],
    ['or the first', 'x=1\nx=2\n', { regexp: '^x=', line: 'x=3', firstmatch: true }, 'x=3\nx=2\n'],
    ['replaces by a plain text', 'x=[1]\n', { search_string: '[1]', line: 'x=2' }, 'x=2\n'],
    ['puts it behind a match', 'a\nb\nc\n', { insertafter: '^a', line: 'n' }, 'a\nn\nb\nc\n'],
    ['puts it before a match', 'a\nb\nc\n', { insertbefore: '^c', line: 'n' }, 'a\nb\nn\nc\n'],
    ['puts it at the beginning', 'a\n', { insertbefore: 'BOF', line: 'n' }, 'n\na\n'],
    ['puts it at the end where nothing matches', 'a\n', { insertafter: 'zz', line: 'n' }, 'a\nn\n'],
    [
      'uses groups of the match',
      'port = 80 # old\n',
      { regexp: '^port = (\\d+)(?P<rest>.*)$', line: 'port = 1\\1\\g<rest>', backrefs: true },
      'port = 180 # old\n',
    ],
    ['does nothing without a match for groups', 'a\n', { regexp: '^b', line: 'c', backrefs: true }, 'a\n'],
    ['understands flags of Python', 'ABC\n', { regexp: '(?i)^abc', line: 'x' }, 'x\n'],
    ['keeps $ and the like as they are', 'a\n', { regexp: 'a', line: '$& \\1 $1' }, '$& \\1 $1\n'],
    ['removes every match', 'x\ny\nx\n', { regexp: '^x', state: 'absent' }, 'y\n'],
    ['removes an equal line', 'x\nxx\n', { line: 'x', state: 'absent' }, 'xx\n'],
    ['removes nothing where nothing matches', 'x', { regexp: 'zz', state: 'absent' }, 'x'],
  ];
  it.each(table)('%s', async (_, before, given, after) => {
    writeFileSync(at('f'), before);
    if (before === after) expect((await planHere(lineinfile, { path: at('f'), ...given })).outcome.kind).toBe('in_sync');
    // A replaced line may match again where the expression is not anchored to what it makes.
    else
      await settleHere(
        lineinfile,
        { path: at('f'), ...given },
        {
          again:
            given['backrefs'] === undefined &&
            given['firstmatch'] === undefined &&
            !after.startsWith('x\n') &&
            !after.startsWith('$') &&
            given['search_string'] === undefined,
        },
      );
    expect(readFileSync(at('f'), 'utf8')).toBe(after);
  });

  it('makes the file only where it is asked to', async () => {
    expect((await planHere(lineinfile, { path: at('f'), line: 'x' })).outcome).toMatchObject({
      kind: 'impossible',
      what: `${at('f')} does not exist`,
    });
    expect((await planHere(lineinfile, { path: at('f/g'), line: 'x', state: 'absent' })).outcome.kind).toBe('in_sync');
    await settleHere(lineinfile, { path: at('f'), line: 'x', create: true, mode: '0600' });
    expect(readFileSync(at('f'), 'utf8')).toBe('x\n');
  });

  it('follows a link, and hides a secret with all that stands beside it', async () => {
    writeFileSync(at('f'), 'old\n');
    symlinkSync('f', at('l'));
    const { change } = await settleHere(lineinfile, { path: at('l'), line: Secret.of('token=abc123') });
    expect(JSON.stringify(change.differences)).not.toMatch(/abc123|old/);
    expect(readFileSync(at('f'), 'utf8')).toBe('old\ntoken=abc123\n');
  });

  it('does not edit what is no text', async () => {
    writeFileSync(at('f'), Buffer.from([0xff, 0xfe, 0x0a]));
    expect((await planHere(lineinfile, { path: at('f'), line: 'x' })).outcome).toMatchObject({
      kind: 'impossible',
      what: `${at('f')} is no text that can be edited`,
    });
  });

  it('cannot know what an unknown line would change', async () => {
    writeFileSync(at('f'), 'a\n');
    expect((await planHere(lineinfile, { path: at('f'), line: new Unknown('task "Token"') })).outcome.kind).toBe('cannot_know');
  });

  it('refuses what is no regular expression', async () => {
    await expect(planHere(lineinfile, { path: at('f'), regexp: '(', line: 'x' })).rejects.toThrow('must be a regular expression');
  });
});

describe('blockinfile', () => {
  const [begin, end] = ['# BEGIN ANSIBLE MANAGED BLOCK', '# END ANSIBLE MANAGED BLOCK'];
  const table: readonly Case[] = [
    ['puts the block at the end', 'a', { block: 'x\ny\n' }, `a\n${begin}\nx\ny\n${end}\n`],
    ['replaces what is between the markers', `a\n${begin}\nold\n${end}\nb\n`, { block: 'new' }, `a\n${begin}\nnew\n${end}\nb\n`],
    ['removes it', `a\n${begin}\nold\n${end}\nb\n`, { state: 'absent' }, 'a\nb\n'],
    ['removes it where it is empty', `${begin}\n${end}\n`, { block: '' }, ''],
    ['puts it before a line', 'a\nb\n', { block: 'x', insertbefore: '^b' }, `a\n${begin}\nx\n${end}\nb\n`],
    ['puts it behind a line', 'a\nb\n', { block: 'x', insertafter: '^a' }, `a\n${begin}\nx\n${end}\nb\n`],
    ['puts it at the beginning', 'a\n', { block: 'x', insertbefore: 'BOF' }, `${begin}\nx\n${end}\na\n`],
    ['takes markers of its own', 'a\n', { block: 'x', marker: '; {mark} $& mine' }, 'a\n; BEGIN $& mine\nx\n; END $& mine\n'],
    ['leaves it where it is right', `${begin}\nx\n${end}\n`, { block: 'x' }, `${begin}\nx\n${end}\n`],
  ];
  it.each(table)('%s', async (_, before, given, after) => {
    writeFileSync(at('f'), before);
    if (before === after) expect((await planHere(blockinfile, { path: at('f'), ...given })).outcome.kind).toBe('in_sync');
    else await settleHere(blockinfile, { path: at('f'), ...given });
    expect(readFileSync(at('f'), 'utf8')).toBe(after);
  });
});

describe('replace', () => {
  const table: readonly Case[] = [
    ['replaces every match', 'a1 a2\na3\n', { regexp: 'a(\\d)', replace: 'b\\1' }, 'b1 b2\nb3\n'],
    ['knows lines', '/swap none swap\n#x\n', { regexp: '^([^#].*\\sswap)$', replace: '# \\1' }, '# /swap none swap\n#x\n'],
    [
      'stays between two marks',
      'x\n[a]\nx\n[b]\nx\n',
      { regexp: '^x$', replace: 'y', after: '^\\[a\\]$', before: '^\\[b\\]$' },
      'x\n[a]\ny\n[b]\nx\n',
    ],
    ['does nothing without the mark', 'x\n', { regexp: 'x', replace: 'y', after: 'none' }, 'x\n'],
    ['removes', 'a b\n', { regexp: ' b' }, 'a\n'],
  ];
  it.each(table)('%s', async (_, before, given, after) => {
    writeFileSync(at('f'), before);
    if (before === after) expect((await planHere(replace, { path: at('f'), ...given })).outcome.kind).toBe('in_sync');
    else await settleHere(replace, { path: at('f'), ...given });
    expect(readFileSync(at('f'), 'utf8')).toBe(after);
  });
});
