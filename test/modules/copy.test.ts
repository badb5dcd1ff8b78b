import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { module as copy } from '../../engine/modules/copy.ts';
import { module as template } from '../../engine/modules/template.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { Unknown } from '../../engine/values/base/value.ts';
import { controllerWith, planHere, settleHere, textIn } from './try-module.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-copy-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => join(directory, name);
const modeOf = (name: string): string => (statSync(at(name)).mode & 0o7777).toString(8);

describe('copy', () => {
  it('writes a new file with its mode', async () => {
    const { change, result } = await settleHere(copy, { content: 'hello\n', dest: at('a'), mode: '0640' });
    expect(readFileSync(at('a'), 'utf8')).toBe('hello\n');
    expect(modeOf('a')).toBe('640');
    expect(change.differences).toEqual([
      { kind: 'text', path: at('a'), before: undefined, after: 'hello\n' },
      { kind: 'field', of: at('a'), field: 'mode', before: null, after: '0640' },
    ]);
    expect(result).toMatchObject({ dest: at('a'), mode: '0640', size: 6, state: 'file' });
  });

  it('replaces a file and keeps its owner and mode', async () => {
    writeFileSync(at('a'), 'old');
    chmodSync(at('a'), 0o4711);
    const { change } = await settleHere(copy, { content: 'new', dest: at('a') });
    expect(modeOf('a')).toBe('4711');
    expect(change.differences).toEqual([{ kind: 'text', path: at('a'), before: 'old', after: 'new' }]);
  });

  it('changes only the mode where the content is right, and leaves the file the same one', async () => {
    writeFileSync(at('a'), 'x');
    chmodSync(at('a'), 0o600);
    const inode = statSync(at('a')).ino;
    const { change } = await settleHere(copy, { content: 'x', dest: at('a'), mode: 'u=rw,go=r' });
    expect(change.differences).toEqual([{ kind: 'field', of: at('a'), field: 'mode', before: '0600', after: '0644' }]);
    expect(statSync(at('a')).ino).toBe(inode);
  });

  it.each(['', 'no newline', '-n\n', "it's\n", '%s %d \\n $HOME `id` $(id)\n', 'ünï\u2028\n', '\n\n\n', '\r\n'])(
    'writes %j as it is',
    async (content) => {
      await settleHere(copy, { content, dest: at("odd $(name) 'x'\n") });
      expect(readFileSync(at("odd $(name) 'x'\n"), 'utf8')).toBe(content);
    },
  );
});

describe('copy of a file', () => {
  it('brings files that are large or not text beside the script', async () => {
    const bytes = Buffer.from([0, 1, 255, 10]);
    const large = Buffer.alloc(2 * 1024 * 1024, 'y');
    const controller = controllerWith({ bytes, large });
    await settleHere(copy, { src: 'bytes', dest: at('bytes'), mode: '0755' }, { controller });
    const { change } = await settleHere(copy, { src: 'large', dest: `${directory}/` }, { controller });
    expect(readFileSync(at('bytes'))).toEqual(bytes);
    expect(readFileSync(at('large'))).toEqual(large);
    expect(change.differences[0]).toMatchObject({ after: { size: large.length } });
    expect(readdirSync(directory).toSorted()).toEqual(['bytes', 'large']);
  });

  it('goes into a directory that is there, under the name of the source', async () => {
    mkdirSync(at('d'));
    await settleHere(
      copy,
      { src: 'conf/x.yaml', dest: at('d') },
      { controller: controllerWith({ 'conf/x.yaml': 'x' }) },
    );
    expect(readFileSync(at('d/x.yaml'), 'utf8')).toBe('x');
  });

  it('replaces a link, or with follow the file that it leads to', async () => {
    writeFileSync(at('end'), 'old');
    symlinkSync('end', at('one'));
    await settleHere(copy, { content: 'through', dest: at('one'), follow: true });
    expect(readFileSync(at('end'), 'utf8')).toBe('through');
    await settleHere(copy, { content: 'instead', dest: at('one') });
    expect(readFileSync(at('end'), 'utf8')).toBe('through');
    expect(readFileSync(at('one'), 'utf8')).toBe('instead');
  });
});

describe('copy over a file that is there', () => {
  it('keeps the old file where it is asked to', async () => {
    writeFileSync(at('a'), 'old');
    const { result } = await settleHere(copy, { content: 'new', dest: at('a'), backup: true });
    expect(readFileSync(textIn(result, 'backup_file'), 'utf8')).toBe('old');
  });

  it('leaves a file alone that is there, without force', async () => {
    writeFileSync(at('a'), 'old');
    const { outcome } = await planHere(copy, { content: 'new', dest: at('a'), force: false });
    expect(outcome.kind).toBe('in_sync');
  });

  it('does not put a file in place that its validation refuses, and leaves nothing behind', async () => {
    writeFileSync(at('a'), 'good');
    await expect(settleHere(copy, { content: 'bad', dest: at('a'), validate: 'grep -q good %s' })).rejects.toThrow(
      'did not pass',
    );
    expect(readFileSync(at('a'), 'utf8')).toBe('good');
    expect(readdirSync(directory)).toEqual(['a']);
    await settleHere(copy, { content: 'also good', dest: at('a'), validate: 'grep -q good %s' });
  });

  it.each([
    ['no/such/file', 'does not exist'],
    ['d', 'is a directory'],
    ['dangling', 'leads nowhere'],
  ])('tells why %s cannot be written', async (name, what) => {
    mkdirSync(at('d'));
    symlinkSync('no/where/x', at('dangling'));
    const { outcome } = await planHere(copy, { content: 'x', dest: at(name), follow: true });
    expect(outcome).toMatchObject({ kind: 'impossible', what: expect.stringContaining(what) });
  });

  it('never shows a secret, neither the new one nor the one before', async () => {
    writeFileSync(at('key'), 'old secret');
    const { change, result } = await settleHere(copy, {
      content: Secret.of('new secret'),
      dest: at('key'),
      mode: '0600',
    });
    expect(JSON.stringify([change.differences, result])).not.toContain('secret');
    expect(readFileSync(at('key'), 'utf8')).toBe('new secret');
  });
});

describe('template', () => {
  it('writes what the template renders to', async () => {
    await settleHere(
      template,
      { src: 'a.hbs', dest: at('a') },
      { controller: controllerWith({}, { 'a.hbs': 'rendered' }) },
    );
    expect(readFileSync(at('a'), 'utf8')).toBe('rendered');
  });

  it('cannot know whether a file that is there will differ from what is unknown', async () => {
    writeFileSync(at('a'), 'old');
    const controller = controllerWith({}, { 'a.hbs': new Unknown('task "Members"') });
    expect((await planHere(template, { src: 'a.hbs', dest: at('a') }, { controller })).outcome).toMatchObject({
      kind: 'cannot_know',
      because: 'task "Members"',
    });
  });

  it.each([
    ['a file that is not there', 'b', false],
    ['content that will be newly made', 'a', true],
  ])('knows that it will change: %s', async (_, name, fresh) => {
    writeFileSync(at('a'), 'old');
    const controller = controllerWith({}, { 'a.hbs': new Unknown('a key', fresh) });
    expect((await planHere(template, { src: 'a.hbs', dest: at(name) }, { controller })).outcome).toMatchObject({
      kind: 'change',
      certainty: 'certain',
    });
    expect(existsSync(at('b'))).toBe(false);
  });
});
