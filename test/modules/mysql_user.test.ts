import { describe, expect, test } from 'vitest';
import { module } from '../../engine/modules/mysql_user.ts';
import {
  type MysqlAccount,
  type MysqlAccounts,
  mysqlAccounts,
  storedDigest,
} from '../../engine/resources/mysql-account.ts';
import type { SqlAnswer } from '../../engine/resources/sql/sql-answer.ts';
import { MYSQL_LOGIN } from './sql/logins.ts';
import { planWith, seenAs } from './system-host.ts';

const account = (more: Partial<MysqlAccount> = {}): MysqlAccount => ({
  host: 'localhost',
  plugin: 'mysql_native_password',
  digest: storedDigest('*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19'),
  tls: { type: '', cipher: '', issuer: '', subject: '' },
  limits: { MAX_USER_CONNECTIONS: 0 },
  grants: { '`shop`.*': ['SELECT'] },
  ...more,
});
const request = mysqlAccounts(MYSQL_LOGIN, 'app');
const plan = (args: object, accounts: readonly MysqlAccount[], isMariaDb = true) => {
  const answer: SqlAnswer<MysqlAccounts> = { kind: 'known', state: { isMariaDb, accounts } };
  return planWith(module, { name: 'app', ...args }, seenAs([[request, answer]]));
};

async function statements(outcome: ReturnType<typeof plan>): Promise<string> {
  if (outcome.kind !== 'change') return outcome.kind;
  return (await outcome.apply()).script;
}

describe('a login', () => {
  test.each([
    ['the same password', { password: 'password' }, 'in_sync'],
    ['its hash', { password: '*2470c0c06dee42fd1618bb99005adca2ec9d1e19', encrypted: true }, 'in_sync'],
    ['another password', { password: 'other' }, 'change'],
    ['another password, only for a new account', { password: 'other', update_password: 'on_create' }, 'in_sync'],
    ['another plugin', { plugin: 'unix_socket' }, 'change'],
    [
      'the same password for the plugin',
      { plugin: 'mysql_native_password', plugin_auth_string: 'password' },
      'in_sync',
    ],
  ] as const)('%s', (_what, args, kind) => {
    expect(plan(args, [account()]).kind).toBe(kind);
  });

  test.each([
    ['ed25519', true, "IDENTIFIED WITH ed25519 USING PASSWORD('\\''x'\\'')"],
    ['caching_sha2_password', false, "IDENTIFIED WITH caching_sha2_password BY '\\''x'\\''"],
  ])('%s is hashed by the server', async (plugin, isMariaDb, sql) => {
    const outcome = plan({ plugin, plugin_auth_string: 'x' }, [account({ plugin })], isMariaDb);
    expect(outcome).toMatchObject({ kind: 'change', certainty: 'opaque' });
    expect(await statements(outcome)).toContain(sql);
  });

  test('is in no part of the plan, and only the hash of the password reaches the server', async () => {
    const outcome = plan({ password: 'clear-text' }, []);
    if (outcome.kind !== 'change') throw new Error('expected a change');
    expect(JSON.stringify(outcome.differences)).not.toMatch(/clear-text|\*[0-9A-F]{40}/);
    const script = await statements(outcome);
    expect(script).not.toContain('clear-text');
    expect(script).toMatch(/AS '\\''\*[0-9A-F]{40}'\\''/);
  });
});

describe('accounts', () => {
  test('of all hosts are changed, and none is made', () => {
    const args = { host_all: true, priv: 'shop.*:ALL' };
    expect(plan(args, [])).toMatchObject({ kind: 'in_sync' });
    const both = [account(), account({ host: '%' })];
    expect(plan(args, both)).toMatchObject({
      kind: 'change',
      differences: [{ of: 'account app@localhost' }, { of: 'account app@%' }],
    });
  });

  test('have exactly the privileges of the task, except for root', async () => {
    expect(await statements(plan({ priv: '*.*:PROCESS' }, [account()]))).toContain('REVOKE SELECT ON `shop`.*');
    const root = mysqlAccounts(MYSQL_LOGIN, 'root');
    const seen = seenAs([[root, { kind: 'known', state: { isMariaDb: true, accounts: [account()] } }]]);
    expect(await statements(planWith(module, { name: 'root', priv: '*.*:PROCESS' }, seen))).not.toContain('REVOKE');
  });

  test.each([
    [{ SSL: null }, 'ANY', undefined],
    [{}, '', undefined],
    [{ X509: null }, 'ANY', 'REQUIRE X509'],
    [{ SUBJECT: '/CN=a', ISSUER: '/CN=b' }, 'ANY', "REQUIRE ISSUER '\\''/CN=b'\\'' AND SUBJECT '\\''/CN=a'\\''"],
    [{}, 'ANY', 'REQUIRE NONE'],
  ] as const)('need for their connections %j', async (wanted, type, sql) => {
    const outcome = plan({ tls_requires: wanted }, [account({ tls: { type, cipher: '', issuer: '', subject: '' } })]);
    if (sql === undefined) expect(outcome.kind).toBe('in_sync');
    else expect(await statements(outcome)).toContain(sql);
  });
});

test.each([
  [{ append_privs: true, subtract_privs: true }, /cannot be given together with append_privs/],
  [{ password: 'x', plugin: 'unix_socket' }, /cannot be given together with plugin/],
  [{ priv: 'nonsense' }, /must be objects with privileges/],
] as const)('%j is refused', (args, message) => {
  expect(() => module.arguments.parse({ name: 'a', ...args })).toThrow(message);
});
