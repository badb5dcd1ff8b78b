import {
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
import type { Outcome } from '../../engine/modules/base/module.ts';
import { module as certificate } from '../../engine/modules/certificate.ts';
import { module as authority } from '../../engine/modules/certificate_authority.ts';
import { module as keyPair } from '../../engine/modules/key_pair.ts';
import { module as move } from '../../engine/modules/move.ts';
import { type Value, type ValueMap, Unknown } from '../../engine/values/base/value.ts';
import { SHELLS } from '../resources/local-sh.ts';
import { Here } from './pki-here.ts';
import { textIn } from './try-module.ts';

const now = new Date('2026-03-01T12:00:00Z');
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "runbook-move it's "));
  for (const folder of ['next', 'previous']) mkdirSync(at(folder));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (name: string): string => join(directory, name);
const swap = (name: string): ValueMap => ({ src: at(`next/${name}`), dest: at(name), keep: at(`previous/${name}`) });

describe.each(SHELLS)('move with %s', (_, shell) => {
  it('lets a file take the place of another one, keeps that one, and is in sync afterwards', async () => {
    writeFileSync(at('a'), 'old', { mode: 0o640 });
    writeFileSync(at('next/a'), 'new', { mode: 0o600 });
    const here = new Here(now, shell);
    await here.make(move, swap('a'));
    expect(readFileSync(at('a'), 'utf8')).toBe('new');
    expect(readFileSync(at('previous/a'), 'utf8')).toBe('old');
    expect(statSync(at('previous/a')).mode & 0o777).toBe(0o640);
    expect([...readdirSync(at('next')), ...readdirSync(at('previous'))]).toEqual(['a']);
    expect(here.outcome(move, swap('a')).kind).toBe('in_sync');
  });

  it('never replaces what is kept: it is the older one', async () => {
    for (const name of ['a', 'next/a', 'previous/a']) writeFileSync(at(name), name);
    await new Here(now, shell).make(move, swap('a'));
    expect(readFileSync(at('previous/a'), 'utf8')).toBe('previous/a');
    expect(readFileSync(at('a'), 'utf8')).toBe('next/a');
  });
});

describe('move', () => {
  it('gives a file a new path where nothing is there yet', async () => {
    writeFileSync(at('next/a'), 'new');
    await new Here(now).make(move, swap('a'));
    expect(readFileSync(at('a'), 'utf8')).toBe('new');
    expect(existsSync(at('previous/a'))).toBe(false);
  });

  it.each<[string, () => void, ValueMap, RegExp]>([
    ['where neither file is there', () => {}, {}, /^there is neither/],
    ['a directory', () => mkdirSync(at('next/a')), {}, /is a directory, not a file/],
    [
      'onto a link',
      () => (writeFileSync(at('next/a'), ''), symlinkSync('b', at('a'))),
      {},
      /is a link to b, not a file/,
    ],
    [
      'into a directory that is not there',
      () => writeFileSync(at('next/a'), ''),
      { dest: '/nowhere/a' },
      /^the directory \/nowhere does not/,
    ],
    [
      'with nowhere to keep it',
      () => (writeFileSync(at('next/a'), ''), writeFileSync(at('a'), '')),
      { keep: '/nowhere/a' },
      /^the directory \/nowhere/,
    ],
  ])('cannot be done %s', (_, prepare, more, sentence) => {
    prepare();
    expect(new Here(now).outcome(move, { ...swap('a'), ...more })).toMatchObject({
      kind: 'impossible',
      what: expect.stringMatching(sentence),
    });
  });
});

/** A rotation of an authority and of a key pair, as playbooks/rotate-ca.yml does it. */
describe('an authority that is replaced', () => {
  const beside = (): ValueMap => ({ beside: [at('next'), at('previous')] });
  const ca = (path = directory): ValueMap => ({ path, name: 'ca', common_name: 'ca' });
  const pair = (path = directory): ValueMap => ({ path, name: 'sa' });
  const leaf = (): ValueMap => ({
    path: at('hosts'),
    name: 'a',
    authority: { path: directory, name: 'ca' },
    common_name: 'a',
    usages: ['client'],
  });
  const FILES = ['ca.key', 'ca.crt', 'sa.key', 'sa.pub'];
  const resultOf = (outcome: Outcome): ValueMap => (outcome.kind === 'in_sync' ? (outcome.result ?? {}) : {});
  const isNew = (value: Value | undefined): boolean => value instanceof Unknown && value.fresh;
  const kinds = (outcomes: readonly Outcome[]): readonly string[] => outcomes.map(({ kind }) => kind);
  const trusted = (here: Here): readonly string[] => {
    const both = [here.outcome(authority, { ...ca(), ...beside() }), here.outcome(keyPair, { ...pair(), ...beside() })];
    return both.map((outcome) => textIn(resultOf(outcome), 'trust'));
  };

  it('does what the plan of it foresees, and trusts both meanwhile', async () => {
    const here = new Here(now);
    const old = await here.make(authority, ca());
    await here.make(keyPair, pair());
    await here.make(certificate, leaf());
    const [oldTrust = '', oldKeys = ''] = trusted(here);
    expect(oldTrust).toBe(old['certificate']);

    // The plan: all steps are predicted, although the next files do not exist yet.
    expect(kinds([here.plan(authority, ca(at('next'))), here.plan(keyPair, pair(at('next')))])).toEqual([
      'change',
      'change',
    ]);
    expect(isNew(resultOf(here.plan(authority, { ...ca(), ...beside() }))['trust'])).toBe(true);
    expect(isNew(resultOf(here.plan(keyPair, { ...pair(), ...beside() }))['trust'])).toBe(true);
    expect(here.plan(certificate, leaf()).kind).toBe('in_sync');
    expect(kinds(FILES.map((file) => here.plan(move, swap(file))))).toEqual(FILES.map(() => 'change'));
    const issued = here.plan(certificate, leaf());
    expect(issued).toMatchObject({ kind: 'change', certainty: 'certain' });
    expect(kinds(FILES.map((file) => here.plan(move, swap(file))))).toEqual(FILES.map(() => 'in_sync'));
    expect(readdirSync(at('next'))).toEqual([]);

    // The play.
    const next = await here.make(authority, ca(at('next')));
    await here.make(keyPair, pair(at('next')));
    expect(trusted(here)[0]).toBe(`${oldTrust}${textIn(next, 'certificate')}`);
    expect(here.outcome(certificate, leaf()).kind).toBe('in_sync');
    for (const file of FILES) await here.make(move, swap(file));
    expect(trusted(here)[0]).toBe(`${textIn(next, 'certificate')}${oldTrust}`);
    expect(trusted(here)[1]?.split('BEGIN PUBLIC KEY')).toHaveLength(3);
    expect(trusted(here)[1]).toContain(oldKeys);
    await here.make(certificate, leaf());
    expect(here.outcome(certificate, leaf()).kind).toBe('in_sync');
    rmSync(at('previous'), { recursive: true });
    expect(trusted(here)[0]).toBe(next['certificate']);
  });

  it('does not trust one twice that stands in two places', async () => {
    const here = new Here(now);
    await here.make(authority, ca());
    await here.make(keyPair, pair());
    writeFileSync(at('previous/ca.crt'), readFileSync(at('ca.crt')));
    expect(trusted(here)[0]).toBe(readFileSync(at('ca.crt'), 'utf8'));
  });
});
