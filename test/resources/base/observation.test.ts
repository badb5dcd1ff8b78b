import { execFileSync } from 'node:child_process';
import { mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeObservation } from '../../../engine/resources/base/observation.ts';
import { type ResourceKind, request } from '../../../engine/resources/base/resource.ts';
import { file } from '../../../engine/resources/file.ts';
import { probe } from '../../../engine/resources/probe.ts';
import { BUSYBOXES } from '../../busyboxes.ts';
import { observeHere, runScript } from '../local-sh.ts';

function kindWith(name: string, script: string): ResourceKind<number, string> {
  return {
    name,
    observe: () => script,
    decode: (output, requests) => new Map(requests.map(({ id }) => [id, output.toString('utf8')])),
    merge: (one, other) => Math.max(one, other),
    disagreement: () => undefined,
  };
}

describe('one script for several kinds', () => {
  it('keeps their answers apart, whatever they print', () => {
    const one = request(kindWith('one', "printf 'a\\n\\n'; echo noise >&2; exec 3>&1; cat"), 'x', 1);
    const two = request(kindWith('two', "cd /; umask 0; printf '%s' b; trap 'echo bye' EXIT"), 'x', 1);
    const three = request(kindWith('three', 'pwd; umask; echo $LC_ALL'), 'x', 1);
    const states = observeHere([one, two, three]);
    expect(states.get('one:x')).toBe('a\n\n');
    expect(states.get('two:x')).toBe('bbye\n');
    expect(states.get('three:x')).toBe(`${process.cwd()}\n0022\nC\n`);
  });

  it('asks once for the same thing, as closely as the closest asker', () => {
    const kind = kindWith('one', 'printf x');
    const asked: number[] = [];
    const counting: typeof kind = {
      ...kind,
      observe: (requests) => (asked.push(...requests.map(({ detail }) => detail)), 'printf x'),
    };
    composeObservation([request(counting, 'x', 1), request(counting, 'x', 3), request(counting, 'x', 2)], 'm');
    expect(asked).toEqual([3]);
  });

  it('runs nothing where nothing is asked', () => {
    expect(composeObservation([], 'm').script).toBe(':\n');
    expect(observeHere([])).toEqual(new Map());
  });
});

describe('a look that fails', () => {
  it('tells which kind failed, and what it said', () => {
    const good = request(kindWith('good', ':'), 'x', 1);
    const bad = request(kindWith('bad', 'echo broken >&2; exit 4'), 'x', 1);
    expect(() => observeHere([good, bad])).toThrow(
      expect.objectContaining({
        code: 'observation-failed',
        what: 'the state of the host could not be read (bad)',
        why: 'Exit status 4: broken',
      }),
    );
  });

  it.each([
    ['early', 0],
    ['in the middle', 3],
    ['in the last', 40],
  ])('tells that an answer ended %s', (_, cutAt) => {
    const { script, decode } = composeObservation([request(kindWith('one', 'printf x'), 'x', 1), file('/')], 'm');
    const answer = runScript(script);
    expect(decode(answer).size).toBe(2);
    expect(() => decode({ ...answer, stdout: answer.stdout.subarray(0, cutAt) })).toThrow(
      expect.objectContaining({ code: 'observation-failed', why: expect.stringContaining('ended early') }),
    );
  });

  it('tells what a kind said that failed, whichever of them it is', () => {
    const noisy = (name: string, status: number): ReturnType<typeof request<number, string>> =>
      request(kindWith(name, `echo ${name} is broken >&2; exit ${status}`), 'x', 1);
    for (const [failing, others] of [
      ['first', [noisy('first', 3), noisy('second', 0), noisy('third', 0)]],
      ['second', [noisy('first', 0), noisy('second', 3), noisy('third', 0)]],
      ['third', [noisy('first', 0), noisy('second', 0), noisy('third', 3)]],
    ] as const)
      expect(() => observeHere(others)).toThrow(
        expect.objectContaining({
          what: `the state of the host could not be read (${failing})`,
          why: `Exit status 3: ${failing} is broken`,
        }),
      );
  });
});

/** A host that has only busybox. */
describe.each(BUSYBOXES)('on a host with nothing but $name', ({ path }) => {
  let bin = '';
  beforeAll(() => {
    bin = mkdtempSync(join(tmpdir(), 'runbook-busybox-'));
    execFileSync(path, ['--install', '-s', bin]);
  });
  afterAll(() => rmSync(bin, { recursive: true, force: true }));

  it('files are seen all the same', () => {
    const directory = mkdtempSync(join(bin, 'd'));
    writeFileSync(join(directory, 'a\nb'), 'text');
    writeFileSync(join(directory, 'c'), 'other');
    symlinkSync('c', join(directory, "l'"));
    const asked = [
      file(join(directory, 'a\nb'), 'content'),
      file(join(directory, 'c'), 'content', ['0']),
      file(join(directory, "l'"), 'digest'),
      file(join(directory, 'x/y')),
      probe('echo $0'),
    ];
    const { script, decode } = composeObservation(asked, 'marker');
    const answer = runScript(script, [join(bin, 'sh')], { PATH: bin });
    expect(answer.status).toBe(0);
    const states = decode(answer);
    expect(asked.slice(0, 4).map(({ key }) => states.get(key))).toMatchObject([
      { type: 'file', content: Buffer.from('text') },
      { type: 'file', content: Buffer.from('other'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      {
        type: 'link',
        target: readlinkSync(join(directory, "l'")),
        to: { path: join(directory, 'c'), state: { type: 'file', size: 5 } },
      },
      { type: 'absent', parent: false },
    ]);
  });
});

describe('how many processes a look takes', () => {
  it('does not grow with the number of files', () => {
    const directory = mkdtempSync(join(tmpdir(), 'runbook-count-'));
    try {
      const names = Array.from({ length: 60 }, (_, index) => join(directory, `f${index}`));
      for (const name of names) writeFileSync(name, name);
      const digests = observeHere(names.map((name) => file(name, 'digest')));
      const known = names.map((name) =>
        file(name, 'content', [(digests.get(`file:${name}`) as { sha256: string }).sha256]),
      );
      const { script } = composeObservation(known, 'marker');
      const counting = mkdtempSync(join(directory, 'bin'));
      for (const tool of ['stat', 'sha256sum', 'find', 'head', 'readlink', 'cat']) {
        const real = execFileSync('sh', ['-c', `command -v ${tool}`])
          .toString()
          .trim();
        writeFileSync(join(counting, tool), `#!/bin/sh\necho ${tool} >>${directory}/log\nexec ${real} "$@"\n`, {
          mode: 0o755,
        });
      }
      runScript(script, ['sh'], { ...process.env, PATH: `${counting}:${process.env['PATH'] ?? ''}` });
      expect(execFileSync('cat', [join(directory, 'log')]).toString()).toBe('stat\nsha256sum\n');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
