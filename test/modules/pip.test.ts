import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../engine/modules/base/module.ts';
import { module as pip } from '../../engine/modules/pip.ts';
import { pipPackages } from '../../engine/resources/pip.ts';
import type { Value } from '../../engine/values/base/value.ts';
import { observeHere } from '../resources/local-sh.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { planWith, seenAs } from './system-host.ts';
import { planHere, settleHere } from './try-module.ts';

/** Writes a package as pip gets it from an index. */
const WHEEL = `
import sys, zipfile
for version in sys.argv[2:]:
    info = 'rb_thing-' + version + '.dist-info/'
    with zipfile.ZipFile(sys.argv[1] + '/rb_thing-' + version + '-py3-none-any.whl', 'w') as wheel:
        wheel.writestr('rb_thing.py', '')
        wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: rb.Thing\\nVersion: ' + version + '\\n')
        wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        wheel.writestr(info + 'RECORD', '')
`;

const shown = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value));

function told(outcome: Outcome): readonly string[] {
  if (outcome.kind === 'change')
    return [
      outcome.certainty,
      ...outcome.differences.map((one) =>
        one.kind === 'field' ? `${one.field}: ${shown(one.before)} → ${shown(one.after)}` : one.kind,
      ),
    ];
  return outcome.kind === 'impossible' ? [outcome.what] : [outcome.kind];
}

describe('a real pip in a real environment', () => {
  test('makes the environment, installs, updates and removes a package', { timeout: 300_000 }, async () => {
    const folder = temporaryFolder('runbook-pip-');
    const virtualenv = join(folder, 'venv');
    execFileSync('python3', ['-c', WHEEL, folder, '1.0', '1.1']);
    const wheels = { virtualenv, extra_args: `--no-index --find-links ${folder}` };
    const { change } = await settleHere(pip, { name: 'rb.thing==1.0', ...wheels });
    expect(told(change)).toEqual(['certain', 'virtual environment: null → python3 -m venv', 'rb-thing: null → ==1.0']);
    expect(told((await settleHere(pip, { name: 'RB_thing', version: '1.1', ...wheels })).change)).toEqual([
      'certain',
      'rb-thing: 1.0 → ==1.1',
    ]);
    expect(told((await planHere(pip, { name: 'rb-thing', state: 'latest', ...wheels })).outcome)).toEqual([
      'opaque',
      'rb-thing: 1.1 → latest',
    ]);
    const requirements = join(folder, 'requirements.txt');
    writeFileSync(requirements, 'rb.thing >= 1.0 # any\n');
    expect((await planHere(pip, { requirements, ...wheels })).outcome.kind).toBe('in_sync');
    await settleHere(pip, { name: 'rb-thing', state: 'absent', virtualenv });
    expect(existsSync(join(virtualenv, 'bin/python'))).toBe(true);
    expect((await planHere(pip, { requirements, ...wheels })).outcome).toMatchObject({
      kind: 'change',
      certainty: 'certain',
    });
  });
});

describe.skipIf(process.getuid?.() !== 0)('an environment of another user', () => {
  test('is refused, and no program of it is started', async () => {
    const folder = temporaryFolder('runbook-pip-');
    const virtualenv = join(folder, 'venv');
    mkdirSync(join(virtualenv, 'bin'), { recursive: true });
    mkdirSync(join(virtualenv, 'lib'));
    writeFileSync(join(virtualenv, 'bin/python'), `#!/bin/sh\ntouch ${folder}/pwned\n`, { mode: 0o755 });
    chownSync(virtualenv, 12_345, 12_345);
    const { outcome } = await planHere(pip, { name: 'x', virtualenv });
    expect(told(outcome)).toEqual([`${virtualenv} belongs to another user`]);
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });
});

const SYSTEM = pipPackages({ kind: 'system', command: ['python3', '-m', 'pip'] });

test.for([
  [{ name: 'a' }, { kind: 'packages', versions: { a: '1' }, isManaged: false }, ['in_sync']],
  [{ name: 'a,b' }, { kind: 'packages', versions: { a: '1' }, isManaged: false }, ['certain', 'b: null → installed']],
  [
    { name: 'b' },
    { kind: 'packages', versions: {}, isManaged: true },
    ['the distribution manages the Python packages of this host itself'],
  ],
  [
    { name: 'b', break_system_packages: true },
    { kind: 'packages', versions: {}, isManaged: true },
    ['certain', 'b: null → installed'],
  ],
  [{ name: 'b', state: 'absent' }, { kind: 'packages', versions: {}, isManaged: true }, ['in_sync']],
  [
    { name: 'a', state: 'forcereinstall' },
    { kind: 'packages', versions: { a: '1' }, isManaged: false },
    ['certain', 'a: 1 → installed'],
  ],
  [
    { name: '/srv/app', editable: true },
    { kind: 'packages', versions: {}, isManaged: false },
    ['opaque', '/srv/app: null → installed'],
  ],
  [{ name: 'b' }, { kind: 'missing' }, ['this host has no pip']],
  [{ name: 'b' }, { kind: 'failed', why: 'Traceback\nx' }, ['pip does not list what is installed']],
] as const)('%j with %j', ([args, state, expected]) => {
  expect(told(planWith(pip, args, seenAs([[SYSTEM, state]])))).toEqual(expected);
});

test.for([
  [{}, /needs "name"|or requirements/],
  [{ name: 'a,b', version: '1' }, /version/],
  [{ name: '--index-url=x' }, /must be names of packages/],
  [{ name: 'a', virtualenv: '/v', executable: 'pip3' }, /executable/],
] as const)('refuses %j', async ([args, message]) => {
  await expect(planHere(pip, args)).rejects.toThrow(message);
});

test('the look sees what pip lists', () => {
  const seen = observeHere([SYSTEM]).get(SYSTEM.key) as { kind: string; versions: Readonly<Record<string, string>> };
  const list = JSON.parse(
    execFileSync('python3', ['-m', 'pip', 'list', '--format=json', '--disable-pip-version-check'], {
      encoding: 'utf8',
      stdio: 'pipe',
    }),
  ) as readonly { name: string; version: string }[];
  expect(Object.keys(seen.versions)).toHaveLength(list.length);
});
