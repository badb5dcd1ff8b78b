import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { splitWords } from '../../engine/connection/base/split-words.ts';
import { module as assert } from '../../engine/modules/assert.ts';
import { module as check } from '../../engine/modules/check.ts';
import { module as command } from '../../engine/modules/command.ts';
import { module as query } from '../../engine/modules/query.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { Unknown } from '../../engine/values/base/value.ts';
import { observeHere } from '../resources/local-sh.ts';
import { CONTEXT, planHere, settleHere, tryModule } from './try-module.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-command-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => join(directory, name);

describe('words of a command line', () => {
  it.each([
    ['a  b\tc', ['a', 'b', 'c']],
    [`a 'b c' "d e" f\\ g`, ['a', 'b c', 'd e', 'f g']],
    [`"a\\"b" 'c\\d' "e\\f"`, ['a"b', 'c\\d', 'e\\f']],
    [`a"b"'c' "" ''`, ['abc', '', '']],
    ['$(x) | > ; *', ['$(x)', '|', '>', ';', '*']],
    ['', []],
    ["a 'b", undefined],
    ['a "b', undefined],
    ['a\\', undefined],
  ])('%j', (text, words) => expect(splitWords(text)).toEqual(words));
});

describe('command', () => {
  it('always runs, tells its output, and knows no shell', async () => {
    const { change, result } = await settleHere(
      command,
      { argv: ['printf', '%s\n', '$HOME;`id`', "it's"] },
      { again: false },
    );
    expect(change).toMatchObject({ certainty: 'opaque', touches: 'everything' });
    expect(result).toMatchObject({ rc: 0, stdout: "$HOME;`id`\nit's", stdout_lines: ['$HOME;`id`', "it's"] });
  });
  it('reads stdin, in its directory', async () => {
    const { result } = await settleHere(
      command,
      { cmd: 'cat', stdin: Secret.of('hidden $x'), stdin_add_newline: false, chdir: '/etc' },
      { again: false },
    );
    expect(result).toMatchObject({ stdout: 'hidden $x' });
    expect((await settleHere(command, { cmd: 'pwd', chdir: '/etc' }, { again: false })).result).toMatchObject({
      stdout: '/etc',
    });
  });
  it('reads JSON', async () => {
    const { result } = await settleHere(command, { cmd: `echo '{"a": [1]}'` }, { again: false });
    expect(result?.['json']).toEqual({ a: [1] });
  });
  it('has nothing to do where what it creates is there', async () => {
    const { change } = await settleHere(command, { argv: ['touch', at('a')], creates: at('a') });
    expect(change.certainty).toBe('certain');
    await settleHere(command, { argv: ['rm', at('a')], removes: at('a') });
  });
  it('fails with its exit status and its output', async () => {
    await expect(settleHere(command, { cmd: 'ls /no/such/file' }, { again: false })).rejects.toThrow(
      /exit status [12].*No such file/s,
    );
    await expect(settleHere(command, { cmd: 'no-such-command-here' }, { again: false })).rejects.toThrow(
      'there is no such command',
    );
  });
  it('takes no secret among its words', async () => {
    await expect(planHere(command, { cmd: Secret.of('login --password x') })).rejects.toThrow(
      '"cmd" of command must not contain a secret',
    );
    await expect(planHere(command, { argv: ['login', Secret.of('x')] })).rejects.toThrow(
      '"argv.1" of command must not contain a secret',
    );
  });
  it('is planned with words that are not known yet', async () => {
    expect((await planHere(command, { argv: ['join', new Unknown('task "Token"')] })).outcome).toMatchObject({
      kind: 'change',
      certainty: 'opaque',
    });
  });
  it('runs in the environment of its task', async () => {
    const context = { ...CONTEXT, preamble: "export X='a b'\n" };
    expect((await settleHere(command, { argv: ['printenv', 'X'] }, { context, again: false })).result).toMatchObject({
      stdout: 'a b',
    });
  });
});

describe('query', () => {
  it('tells the output, by lines and as JSON', async () => {
    expect((await planHere(query, { cmd: `echo '{"members": []}'` })).outcome).toEqual({
      kind: 'in_sync',
      result: {
        rc: 0,
        stdout: '{"members": []}',
        stdout_lines: ['{"members": []}'],
        stderr: '',
        stderr_lines: [],
        json: { members: [] },
      },
    });
    expect((await planHere(query, { cmd: 'echo 5' })).outcome).not.toHaveProperty('result.json');
  });
  it('tells a failure that failed_when may overrule', async () => {
    expect((await planHere(query, { cmd: 'echo no >&2; exit 3' })).outcome).toMatchObject({
      kind: 'in_sync',
      failure: 'the command ended with exit status 3',
      result: { rc: 3, stderr: 'no' },
    });
  });
  it('cannot know what it would answer after a change that may cure it', async () => {
    const { outcome } = await tryModule(query, { cmd: 'exit 1' }, observeHere, { afterChange: true });
    expect(outcome.kind).toBe('cannot_know');
  });
  it.each<[volatile: boolean, afterChange: boolean, kind: string]>([
    [true, true, 'cannot_know'],
    [true, false, 'in_sync'],
    [false, true, 'in_sync'],
  ])('volatile: %s, after a change: %s, is %s', async (volatile, afterChange, kind) => {
    const { outcome } = await tryModule(query, { cmd: 'echo first', volatile }, observeHere, { afterChange });
    expect(outcome.kind).toBe(kind);
  });
});

describe('check and apply', () => {
  it('applies only where the check asks for it, and asks again', async () => {
    const { change } = await settleHere(check, { check: `test -e ${at('x')}`, apply: `touch ${at('x')}` });
    expect(change).toMatchObject({
      certainty: 'certain',
      differences: [{ kind: 'command', text: `touch ${at('x')}` }],
    });
  });
  it('fails where the check is not content with what apply did', async () => {
    await expect(settleHere(check, { check: 'echo still >&2; false', apply: 'true' })).rejects.toThrow(
      'it still ends with exit status 1: still',
    );
  });
  it('is impossible where the check cannot be asked', async () => {
    expect((await planHere(check, { check: 'no-such-command-here', apply: 'true' })).outcome).toMatchObject({
      kind: 'impossible',
    });
    const { outcome } = await tryModule(check, { check: 'no-such-command-here', apply: 'true' }, observeHere, {
      afterChange: true,
    });
    expect(outcome).toMatchObject({ kind: 'change', certainty: 'after_change' });
  });
  it('keeps secrets out of every process, key and diff', async () => {
    const secret = Secret.of('hunter2');
    const text = Secret.around(
      `x=${secret.reveal()}; tr '\\0' ' ' </proc/$$/cmdline >${at('args')}; printf %s $x >${at('out')}`,
    );
    const { change } = await settleHere(check, {
      check: Secret.around(`[ hunter2 = "$(cat ${at('out')} 2>/dev/null)" ]`),
      apply: text,
    });
    expect(
      JSON.stringify([change.differences, change.predictions.map(({ request }) => [request.id, request.key])]),
    ).not.toContain('hunter2');
    expect(readFileSync(at('args'), 'utf8')).not.toContain('hunter2');
    expect(existsSync(at('out'))).toBe(true);
  });
});

describe('assert', () => {
  it.each([
    [[{ expression: 'a == 1', holds: true, values: [] }], 'in_sync'],
    [
      [
        { expression: 'a == 1', holds: true, values: [] },
        { expression: 'b', holds: false, values: ['b is 2'] },
      ],
      'impossible',
    ],
  ])('%j: %s', async (that, kind) => {
    expect((await planHere(assert, { that, fail_msg: 'no' })).outcome).toMatchObject(
      kind === 'impossible' ? { kind, what: 'no', why: 'This condition is false: b\n  b is 2' } : { kind },
    );
  });
});
