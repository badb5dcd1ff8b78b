import { describe, expect, test } from 'vitest';
import { module as db } from '../../engine/modules/postgresql_db.ts';
import { module } from '../../engine/modules/postgresql_user.ts';
import { scramVerifier } from '../../engine/modules/sql/scram.ts';
import { postgresDatabase } from '../../engine/resources/postgresql-database.ts';
import { type PostgresRole, passwordOf, postgresRole } from '../../engine/resources/postgresql-role.ts';
import type { SqlAnswer } from '../../engine/resources/sql/sql-answer.ts';
import { POSTGRES_LOGIN } from './sql/logins.ts';
import { planWith, seenAs } from './system-host.ts';

const request = postgresRole(POSTGRES_LOGIN, 'app');
const role = (more: Partial<PostgresRole>): SqlAnswer<PostgresRole> => ({
  kind: 'known',
  state: {
    exists: true,
    encryption: 'scram-sha-256',
    attributes: { LOGIN: true, SUPERUSER: false },
    connections: -1,
    expires: null,
    comment: '',
    settings: {},
    password: { kind: 'none' },
    ...more,
  },
});
const scram = passwordOf(scramVerifier('right', { iterations: 4096, salt: 'c2FsdHNhbHRzYWx0c2FsdA==' }));
const plan = (args: object, answer: SqlAnswer<PostgresRole>, isLater = false) =>
  planWith(module, { name: 'app', ...args }, seenAs([[request, answer]], isLater ? [request] : []));

describe('a password', () => {
  test.each([
    ['right', scram, 'in_sync'],
    ['wrong', scram, 'change'],
    ['', scram, 'change'],
    ['', { kind: 'none' }, 'in_sync'],
    ['right', passwordOf('md5f1234d75178d892a133a410355a5a990'), 'change'],
    ['md5f1234d75178d892a133a410355a5a990', passwordOf('md5f1234d75178d892a133a410355a5a990'), 'in_sync'],
  ] as const)('%j', (password, stored, kind) => {
    expect(plan({ password }, role({ password: stored })).kind).toBe(kind);
  });

  test('that cannot be read may be the right one', () => {
    expect(plan({ password: 'right' }, role({ password: { kind: 'hidden' } }))).toMatchObject({
      kind: 'change',
      certainty: 'opaque',
    });
  });

  test('is in no part of the plan, and only its verifier reaches the server', async () => {
    const outcome = plan({ password: 'clear-text' }, role({}));
    if (outcome.kind !== 'change') throw new Error('expected a change');
    expect(JSON.stringify(outcome.differences)).not.toMatch(/clear-text|SCRAM/);
    const { script } = await outcome.apply();
    expect(script).toContain('SCRAM-SHA-256$4096:');
    expect(script).not.toContain('clear-text');
  });
});

describe('a server that is not there', () => {
  const none = { kind: 'no_client' } as const;

  test('is a fault, with the task that brings it', () => {
    expect(plan({}, none)).toMatchObject({
      kind: 'impossible',
      what: 'this host has no psql',
      remedy: expect.stringContaining('package: { name: postgresql-client }'),
    });
  });

  test('is a new one, if an earlier task brings it', () => {
    expect(plan({ password: 'x' }, none, true)).toMatchObject({
      kind: 'change',
      certainty: 'after_change',
      differences: [{ field: 'state', before: 'absent', after: 'present' }, { field: 'password' }],
    });
    expect(plan({ state: 'absent' }, none, true)).toMatchObject({ kind: 'in_sync' });
  });

  test.each([
    ['Peer authentication failed for user "postgres"', 'become_user: postgres'],
    ['password authentication failed for user "a"', 'login_password'],
    ['no pg_hba.conf entry for host', 'pg_hba.conf'],
    ['No such file or directory', 'service: { name: postgresql'],
  ])('%s', (why, remedy) => {
    expect(plan({}, { kind: 'unanswered', why })).toMatchObject({ remedy: expect.stringContaining(remedy) });
  });
});

test('a database with an owner whom an earlier task makes', () => {
  const database = postgresDatabase(POSTGRES_LOGIN, 'app');
  const owner = postgresRole(POSTGRES_LOGIN, 'app');
  const absent = { kind: 'known', state: { exists: false } } as const;
  const args = { name: 'app', owner: 'app' };
  const noOwner = { kind: 'known', state: { exists: false, encryption: 'md5' } } as const;
  expect(
    planWith(
      db,
      args,
      seenAs([
        [database, absent],
        [owner, noOwner],
      ]),
    ),
  ).toMatchObject({
    kind: 'impossible',
    what: 'the server has no role app',
  });
  expect(
    planWith(
      db,
      args,
      seenAs([
        [database, absent],
        [owner, role({})],
      ]),
    ),
  ).toMatchObject({
    kind: 'change',
    certainty: 'certain',
  });
});
