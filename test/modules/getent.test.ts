import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { module as getent } from '../../engine/modules/getent.ts';
import { probe } from '../../engine/resources/probe.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { type Value, Unknown } from '../../engine/values/base/value.ts';
import { planWith, seenAs } from './system-host.ts';
import { planHere } from './try-module.ts';

async function asked(args: Readonly<Record<string, Value>>): Promise<Value> {
  const { outcome } = await planHere(getent, args);
  if (outcome.kind !== 'in_sync') throw new Error(`expected an answer: ${outcome.kind}`);
  if (outcome.failure !== undefined) return outcome.failure;
  const [effect] = outcome.effects ?? [];
  return effect?.kind === 'set_fact' ? effect.facts : null;
}

describe('an entry', () => {
  test('of an account', async () => {
    expect(await asked({ database: 'passwd', key: 'root' })).toEqual({
      getent_passwd: {
        root: execFileSync('getent', ['passwd', 'root'], { encoding: 'utf8' }).trim().split(':').slice(1),
      },
    });
  });

  test('with blanks between its fields', async () => {
    expect(await asked({ database: 'services', key: '22/tcp' })).toEqual({ getent_services: { ssh: ['22/tcp'] } });
  });

  test('of several lines', async () => {
    const { getent_services: services } = (await asked({ database: 'services' })) as { getent_services: Value };
    expect(services).toMatchObject({ domain: [['53/tcp'], ['53/udp']] });
  });

  test('that is not there, and need not be', async () => {
    expect(await asked({ database: 'passwd', key: 'no-such', fail_key: false })).toEqual({
      getent_passwd: { 'no-such': null },
    });
  });

  test.for([
    [{ database: 'passwd', key: 'no-such' }, 'passwd has no entry no-such'],
    [{ database: 'nosuch', key: 'a' }, 'the host has no database nosuch'],
    [{ database: 'initgroups' }, 'initgroups does not list its entries: give key'],
  ] as const)('%j fails', async ([args, failure]) => {
    expect(await asked(args)).toBe(failure);
  });
});

const question = probe('getent shadow app');
const answer = (status: number, text: string) => ({ status, stdout: Buffer.from(text), stderr: '' });

test.for([
  ['$y$j9T$abcdefghijkl', true],
  ['!$y$j9T$abcdefghijkl', true],
  ['!*', false],
  ['!', false],
  ['*', false],
  ['', false],
] as const)('%j of shadow is a secret: %s', ([hash, isSecret]) => {
  const outcome = planWith(
    getent,
    { database: 'shadow', key: 'app' },
    seenAs([[question, answer(0, `app:${hash}:19000:0:99999:7:::\n`)]]),
  );
  if (outcome.kind !== 'in_sync') throw new Error(outcome.kind);
  const { app: fields = [] } = (outcome.result?.['getent_shadow'] ?? {}) as { app?: readonly Value[] };
  expect(fields[0] instanceof Secret).toBe(isSecret);
  expect(fields.slice(1)).toEqual(['19000', '0', '99999', '7', '', '', '']);
});

test('an entry that an earlier task may bring is not known in a plan', () => {
  const outcome = planWith(getent, { database: 'shadow', key: 'app' }, seenAs([[question, answer(2, '')]], [question]));
  expect(outcome).toMatchObject({ kind: 'cannot_know' });
  expect(outcome.kind === 'cannot_know' && outcome.planned?.['getent_shadow']).toBeInstanceOf(Unknown);
});
