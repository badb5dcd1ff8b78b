import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { module as blockinfile } from '../../engine/modules/blockinfile.ts';
import { module as lineinfile } from '../../engine/modules/lineinfile.ts';
import { module as replace } from '../../engine/modules/replace.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { Unknown, type ValueMap } from '../../engine/values/base/value.ts';
import { planHere, settleHere } from './try-module.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-edit-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => join(directory, name);

type Case = readonly [string, string, ValueMap, string];

const LINES: readonly Case[] = [
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

const LINE_ENDS: readonly Case[] = [
  ['a line of CRLF is the same line', 'a\r\nb\r\n', { line: 'b' }, 'a\r\nb\r\n'],
  ['a new line ends as the first one', 'a\r\nb', { line: 'c' }, 'a\r\nb\r\nc\r\n'],
  ['a replaced line keeps its end', 'x=1\r\ny\n', { regexp: '^x=', line: 'x=2' }, 'x=2\r\ny\n'],
  ['the last line gets the end that it lacks', 'a\nx=1', { regexp: '^x=', line: 'x=1' }, 'a\nx=1\n'],
  ['$ stands before the line end', 'a b\r\n', { regexp: 'b$', line: 'c' }, 'c\r\n'],
  [
    'bytes that are no UTF-8 stay',
    'name=caf\xe9\nport=1\n',
    { regexp: '^port=', line: 'port=2' },
    'name=caf\xe9\nport=2\n',
  ],
  ['text goes in as UTF-8 there too', 'name=caf\xe9\n', { line: 'é=1' }, 'name=caf\xe9\n\xc3\xa9=1\n'],
  [
    'and is found there',
    'x=\xe9\n\xc3\xa9=1\n',
    { regexp: '^(é)=1', line: '\\1=2', backrefs: true },
    'x=\xe9\n\xc3\xa9=2\n',
  ],
  ['NUL bytes stay', 'a\0b\nc\n', { regexp: '^c', line: 'd' }, 'a\0b\nd\n'],
  ['BOF is no expression', 'BOF\na\n', { line: 'a', insertafter: 'BOF', firstmatch: true }, 'BOF\na\n'],
  ['EOF of insertbefore is one', 'EOF\na\n', { line: 'n', insertbefore: 'EOF' }, 'n\nEOF\na\n'],
];

describe('lineinfile', () => {
  it.each(LINES)('%s', async (_, before, given, after) => {
    writeFileSync(at('f'), before);
    if (before === after)
      expect((await planHere(lineinfile, { path: at('f'), ...given })).outcome.kind).toBe('in_sync');
    // A replaced line may match again, if the expression also matches the new line.
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
      remedy: expect.stringContaining('create: true'),
    });
    expect((await planHere(replace, { path: at('f'), regexp: 'x' })).outcome).toMatchObject({
      remedy: 'Make it first by copy or template, or correct path.',
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

  it.each(LINE_ENDS)('%s', async (_, before, given, after) => {
    writeFileSync(at('f'), Buffer.from(before, 'latin1'));
    if (before === after)
      expect((await planHere(lineinfile, { path: at('f'), ...given })).outcome.kind).toBe('in_sync');
    else await settleHere(lineinfile, { path: at('f'), ...given }, { again: !('backrefs' in given) });
    expect(readFileSync(at('f'), 'latin1')).toBe(after);
  });
});

describe('lineinfile, what is given to it', () => {
  it('shows bytes that are no text so that nobody is misled', async () => {
    writeFileSync(at('f'), Buffer.from([0xe9, 0x0a]));
    const { outcome } = await planHere(lineinfile, { path: at('f'), line: 'é' });
    expect(outcome).toMatchObject({ differences: [{ before: '\\xe9\n', after: '\\xe9\né\n' }] });
  });

  it.each([
    [{ line: 'a\nb' }, 'must be one line'],
    [{ line: 'a\n', regexp: '^a' }, 'must be one line'],
    [{ line: Secret.of('abcdefgh\n') }, 'must'],
    [{ regexp: '^(a)', line: '\\1\\nb', backrefs: true }, 'must be one line'],
    [{ regexp: '^a=', line: 'b\\1', backrefs: true }, 'invalid group reference 1'],
    [{ regexp: '^(a)', line: '\\2', backrefs: true }, 'invalid group reference 2'],
    [{ regexp: '^(?P<n>a)', line: '\\g<m>', backrefs: true }, 'unknown group name "m"'],
    [{ regexp: '^a', line: 'C:\\dir', backrefs: true }, 'bad escape \\d'],
  ])('refuses %j', async (given, why) => {
    writeFileSync(at('f'), 'a=1\n');
    await expect(planHere(lineinfile, { path: at('f'), ...given })).rejects.toThrow(why);
  });

  it('cannot know what an unknown line would change', async () => {
    writeFileSync(at('f'), 'a\n');
    expect((await planHere(lineinfile, { path: at('f'), line: new Unknown('task "Token"') })).outcome.kind).toBe(
      'cannot_know',
    );
  });

  it('refuses what is no regular expression', async () => {
    await expect(planHere(lineinfile, { path: at('f'), regexp: '(', line: 'x' })).rejects.toThrow(
      'must be a regular expression',
    );
  });
});

const [begin, end] = ['# BEGIN ANSIBLE MANAGED BLOCK', '# END ANSIBLE MANAGED BLOCK'];

const BLOCKS: readonly Case[] = [
  ['puts the block at the end', 'a', { block: 'x\ny\n' }, `a\n${begin}\nx\ny\n${end}\n`],
  [
    'replaces what is between the markers',
    `a\n${begin}\nold\n${end}\nb\n`,
    { block: 'new' },
    `a\n${begin}\nnew\n${end}\nb\n`,
  ],
  ['removes it', `a\n${begin}\nold\n${end}\nb\n`, { state: 'absent' }, 'a\nb\n'],
  ['removes all of them', `${begin}\nx\n${end}\na\n${begin}\ny\n${end}\n`, { state: 'absent' }, 'a\n'],
  ['removes it where it is empty', `${begin}\n${end}\n`, { block: '' }, ''],
  ['puts it before a line', 'a\nb\n', { block: 'x', insertbefore: '^b' }, `a\n${begin}\nx\n${end}\nb\n`],
  ['puts it behind a line', 'a\nb\n', { block: 'x', insertafter: '^a' }, `a\n${begin}\nx\n${end}\nb\n`],
  ['puts it at the beginning', 'a\n', { block: 'x', insertbefore: 'BOF' }, `${begin}\nx\n${end}\na\n`],
  [
    'takes markers of its own',
    'a\n',
    { block: 'x', marker: '; {mark} $& mine' },
    'a\n; BEGIN $& mine\nx\n; END $& mine\n',
  ],
  [
    'ends its lines as the file does',
    `one\r\n${begin}\r\nold\r\n${end}\r\ntwo\r\n`,
    { block: 'new' },
    `one\r\n${begin}\r\nnew\r\n${end}\r\ntwo\r\n`,
  ],
  [
    'is right with other line ends',
    `one\r\n${begin}\r\nalpha\r\n${end}\r\n`,
    { block: 'alpha' },
    `one\r\n${begin}\r\nalpha\r\n${end}\r\n`,
  ],
  [
    'stands between empty lines',
    'a\nb\n',
    { block: 'x', insertafter: '^a', prepend_newline: true, append_newline: true },
    `a\n\n${begin}\nx\n${end}\n\nb\n`,
  ],
  [
    'but not at the ends of a file',
    '',
    { block: 'x', prepend_newline: true, append_newline: true },
    `${begin}\nx\n${end}\n`,
  ],
  [
    'finds a place in the whole text with (?m)',
    'a\nb\nc\n',
    { block: 'x', insertafter: '(?m)^a\nb$' },
    `a\nb\n${begin}\nx\n${end}\nc\n`,
  ],
  ['leaves it where it is right', `${begin}\nx\n${end}\n`, { block: 'x' }, `${begin}\nx\n${end}\n`],
];

describe('blockinfile', () => {
  it.each(BLOCKS)('%s', async (_, before, given, after) => {
    writeFileSync(at('f'), before);
    if (before === after)
      expect((await planHere(blockinfile, { path: at('f'), ...given })).outcome.kind).toBe('in_sync');
    else await settleHere(blockinfile, { path: at('f'), ...given });
    expect(readFileSync(at('f'), 'utf8')).toBe(after);
  });
});

const UNCLEAR: readonly (readonly [string, string, Record<string, unknown>])[] = [
  ['a lone begin below the place', `${begin}\nb\n`, { block: 'x', insertbefore: 'BOF' }],
  ['a lone begin below the line', `a\n${begin}\nb\n`, { block: 'x', insertafter: '^a' }],
  ['the end marker in the block', 'a\n', { block: `x\n${end}\ny` }],
  ['the begin marker in the block', 'a\n', { block: `x\n${begin}\ny` }],
  ['an end marker in the block that is there', `${begin}\nold\n${end}\n`, { block: `x\n${end}\ny` }],
];

describe('blockinfile refuses what the next run would not find again', () => {
  it.each(UNCLEAR)('%s', async (_, before, given) => {
    writeFileSync(at('f'), before);
    const { outcome } = await planHere(blockinfile, { path: at('f'), ...given });
    expect(outcome).toMatchObject({ kind: 'impossible', what: expect.stringContaining('where the block') as string });
  });

  it('but not a lone begin above the place', async () => {
    writeFileSync(at('f'), `${begin}\nb\n`);
    await settleHere(blockinfile, { path: at('f'), block: 'x' });
    expect(readFileSync(at('f'), 'utf8')).toBe(`${begin}\nb\n${begin}\nx\n${end}\n`);
  });
});

const REPLACEMENTS: readonly Case[] = [
  ['replaces every match', 'a1 a2\na3\n', { regexp: 'a(\\d)', replace: 'b\\1' }, 'b1 b2\nb3\n'],
  [
    'knows lines',
    '/swap none swap\n#x\n',
    { regexp: '^([^#].*\\sswap)$', replace: '# \\1' },
    '# /swap none swap\n#x\n',
  ],
  [
    'stays between two marks',
    'x\n[a]\nx\n[b]\nx\n',
    { regexp: '^x$', replace: 'y', after: '\\[a\\]', before: '\\[b\\]' },
    'x\n[a]\ny\n[b]\nx\n',
  ],
  [
    'reads the marks as for the whole text',
    'x\n[a]\nx\n',
    { regexp: 'x', replace: 'y', after: '^\\[a\\]' },
    'x\n[a]\nx\n',
  ],
  ['does nothing without the mark', 'x\n', { regexp: 'x', replace: 'y', after: 'none' }, 'x\n'],
  ['removes', 'a b\n', { regexp: ' b' }, 'a\n'],
  ['\\A is the beginning of the text', 'a\na\n', { regexp: '\\Aa', replace: 'b' }, 'b\na\n'],
  ['\\Z is its very end', 'a\na\n', { regexp: 'a\\Z', replace: 'b' }, 'a\na\n'],
  ['and \\Z again', 'a\na', { regexp: 'a\\Z', replace: 'b' }, 'a\nb'],
  ['$ stands at every line end', 'a\na\n', { regexp: 'a$', replace: 'b' }, 'b\nb\n'],
  ['up to the last of before', 'a b a b a\n', { regexp: 'a', replace: 'x', before: 'b' }, 'x b x b a\n'],
  ['writes escapes as Python does', 'a\n', { regexp: '^a', replace: '\\n\\t\\\\\\.\\g<0>' }, '\n\t\\\\.a\n'],
  ['matches letters of all scripts', 'naïve x\n', { regexp: '\\b\\w+\\b', replace: 'w' }, 'w w\n'],
  ['matches whole characters', 'a😀b\n', { regexp: 'a.b', replace: 'x' }, 'x\n'],
];

describe('replace', () => {
  it.each(REPLACEMENTS)('%s', async (_, before, given, after) => {
    writeFileSync(at('f'), before);
    if (before === after) expect((await planHere(replace, { path: at('f'), ...given })).outcome.kind).toBe('in_sync');
    else await settleHere(replace, { path: at('f'), ...given });
    expect(readFileSync(at('f'), 'utf8')).toBe(after);
  });

  it.each([
    [{ regexp: '^keep$', replace: '# \\1' }, 'invalid group reference 1'],
    [{ regexp: 'a', replace: '\\g<n>' }, 'unknown group name "n"'],
    [{ regexp: 'a*+', replace: '' }, 'possessive'],
    [{ regexp: '(?>a)', replace: '' }, 'atomic'],
    [{ regexp: 'a(?i)b', replace: '' }, 'belong at its beginning'],
    [{ regexp: 'a\\q', replace: '' }, 'bad escape \\q'],
  ])('refuses %j', async (given, why) => {
    writeFileSync(at('f'), 'keep\n');
    await expect(planHere(replace, { path: at('f'), ...given })).rejects.toThrow(why);
  });
});

describe('expressions that can match in very many ways', () => {
  it.each([
    ['lineinfile', lineinfile, { regexp: '^(a+)+$', line: 'z' }],
    ['lineinfile', lineinfile, { insertafter: '^(a|a)*$', line: 'z' }],
    ['replace', replace, { regexp: '^(a+)+$', replace: 'z' }],
    ['replace', replace, { after: '(a|a)*b', regexp: 'x', replace: 'z' }],
    ['blockinfile', blockinfile, { insertbefore: '^(a+)+$', block: 'z' }],
  ] as const)('%s: the task fails, and says which', async (_name, module, args) => {
    writeFileSync(at('f'), `${'a'.repeat(40)}!\n`);
    const { outcome } = await planHere(module as typeof lineinfile, { path: at('f'), ...args });
    expect(outcome).toMatchObject({
      kind: 'impossible',
      what: expect.stringContaining('takes too long'),
      remedy: expect.stringMatching(/./),
    });
  });
});
