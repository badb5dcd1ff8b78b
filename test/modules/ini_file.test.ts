import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { module as iniFile } from '../../engine/modules/ini_file.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { Unknown } from '../../engine/values/base/value.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { planHere, settleHere } from './try-module.ts';

test('sets an option in a new file, with a mode', async () => {
  const path = join(temporaryFolder('runbook-ini-'), 'new/x.ini');
  await settleHere(iniFile, { path, section: 'a', option: 'port', value: 80, mode: '0600' });
  expect(readFileSync(path, 'utf8')).toBe('[a]\nport = 80\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('shows no secret value', async () => {
  const path = join(temporaryFolder('runbook-ini-'), 'x.ini');
  const { change } = await settleHere(iniFile, { path, section: 'a', option: 'key', value: Secret.of('hunter22') });
  expect(JSON.stringify(change.differences)).not.toContain('hunter22');
  expect(readFileSync(path, 'utf8')).toBe('[a]\nkey = hunter22\n');
});

test('says in a plan that a value is not known yet', async () => {
  const path = join(temporaryFolder('runbook-ini-'), 'x.ini');
  const { outcome } = await planHere(iniFile, { path, section: 'a', option: 'key', value: new Unknown('later') });
  expect(outcome.kind).toBe('change');
  expect(outcome.kind === 'change' ? outcome.differences[0] : undefined).toMatchObject({ kind: 'text' });
});

test.for([
  [{ option: 'a' }, /needs "value"/],
  [{ value: 'a' }, /needs "option"/],
  [{ section: 's', option: 'a', value: 'x\n[evil]' }, /must be one line/],
  [{ section: 's', option: 'a\nb', value: 'x' }, /"option" of ini_file must be the name of an option, in one line/],
  [{ section: 's', option: 'a', value: true }, /must be a text or a number/],
  [{ section: 's', option: 'a', value: '1', values: ['2'] }, /cannot be given together/],
] as const)('refuses %j', async ([args, message]) => {
  await expect(planHere(iniFile, { path: '/x', ...args })).rejects.toThrow(message);
});

test('leaves a missing file missing if nothing is to be in it', async () => {
  const path = join(temporaryFolder('runbook-ini-'), 'x.ini');
  const { outcome } = await planHere(iniFile, { path, section: 'a', option: 'key', state: 'absent' });
  expect(outcome.kind).toBe('in_sync');
});

test('says that a file may not be made', async () => {
  const path = join(temporaryFolder('runbook-ini-'), 'x.ini');
  const { outcome } = await planHere(iniFile, { path, section: 'a', option: 'key', value: 'x', create: false });
  expect(outcome.kind).toBe('impossible');
  writeFileSync(path, '');
  await settleHere(iniFile, { path, section: 'a', option: 'key', value: 'x', create: false });
});
