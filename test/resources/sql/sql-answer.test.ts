import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { predict } from '../../../engine/resources/base/resource.ts';
import { file } from '../../../engine/resources/file.ts';
import { mysqlDatabase } from '../../../engine/resources/mysql-database.ts';
import { packageRequest } from '../../../engine/resources/package.ts';
import { postgresDatabase } from '../../../engine/resources/postgresql-database.ts';
import { postgresExtension } from '../../../engine/resources/postgresql-extension.ts';
import { postgresPrivileges } from '../../../engine/resources/postgresql-privileges.ts';
import { postgresRole } from '../../../engine/resources/postgresql-role.ts';
import type { PostgresLogin } from '../../../engine/resources/sql/postgresql-client.ts';
import { MYSQL_LOGIN, POSTGRES_LOGIN } from '../../modules/sql/logins.ts';
import { observeHere } from '../local-sh.ts';

/** Returns a login whose client is this script. */
function clientThat(script: string): PostgresLogin {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-sql-'));
  for (const name of ['psql', 'mysql']) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return { ...POSTGRES_LOGIN, preamble: `PATH=${folder}:$PATH\n` };
}

const SAYS_NO = `cat >/dev/null; echo 'psql: error: no' >&2; exit 2`;

describe('a client that fails', () => {
  test.each([
    ['no server answers', SAYS_NO, { kind: 'unanswered', why: 'psql: error: no' }],
    ['there is no client', 'exit 127', { kind: 'no_client' }],
    [
      'a question is refused',
      `cat >/dev/null; echo 'next answer'; echo 'ERROR: no' >&2`,
      { kind: 'refused', why: 'ERROR: no' },
    ],
    [
      'the session is refused',
      `cat >/dev/null; echo 'ERROR: no role' >&2; exit 3`,
      { kind: 'refused', why: 'ERROR: no role' },
    ],
  ])('%s', (_what, script, answer) => {
    const request = postgresDatabase(clientThat(script), 'a');
    expect(observeHere([request]).get(request.key)).toEqual(answer);
  });

  test('the server answers, and has no such database', () => {
    const script = `cat >/dev/null; if [ "$PGDATABASE" = postgres ]; then echo missing; else ${SAYS_NO}; fi`;
    const request = postgresExtension({ ...clientThat(script), database: 'app' }, 'a');
    expect(observeHere([request]).get(request.key)).toEqual({ kind: 'no_database' });
  });

  test('a refused login of MySQL is told from a refused question', () => {
    const why = "ERROR 1045 (28000): Access denied for user 'a'@'b'";
    const { preamble } = clientThat(`cat >/dev/null; echo "${why}" >&2; exit 1`);
    const request = mysqlDatabase({ ...MYSQL_LOGIN, preamble }, 'a');
    expect(observeHere([request]).get(request.key)).toEqual({ kind: 'unanswered', why });
  });
});

test('one client answers all questions about a server, and gets the password by its environment', () => {
  const row = JSON.stringify({
    owner: 'o',
    encoding: 'e',
    collate: 'c',
    ctype: 'c',
    connections: 1,
    tablespace: 't',
    comment: '',
  });
  const login = clientThat(`[ "$PGPASSWORD" = 's3cret' ] && ! tr '\\0' ' ' </proc/$$/cmdline | grep -q s3cret || exit 2
cat >/dev/null; echo '${row}'; echo 'next answer'; echo null; echo 'next answer'`);
  const requests = ['a', 'b'].map((name) => postgresDatabase({ ...login, password: 's3cret' }, name));
  expect([...observeHere(requests).values()]).toMatchObject([
    { kind: 'known', state: { exists: true, owner: 'o' } },
    { kind: 'known', state: { exists: false } },
  ]);
});

describe('what another change means for an answer', () => {
  const database = postgresDatabase(POSTGRES_LOGIN, 'app');
  const extension = postgresExtension({ ...POSTGRES_LOGIN, database: 'app' }, 'hstore');
  const made = predict(database, { kind: 'known', state: { exists: true } });
  const gone = predict(database, { kind: 'known', state: { exists: false } });
  const installed = predict(packageRequest('postgresql', { candidate: false, versioned: false, declared: false }), {
    installed: true,
    broken: false,
  });
  const odd = predict(file('/100% @/a'), { type: 'absent', parent: true });
  const privileges = postgresPrivileges(POSTGRES_LOGIN, { kind: 'group', name: 'app' });
  const unanswered = { kind: 'unanswered', why: 'no' } as const;
  const known = { kind: 'known', state: { exists: false } } as const;

  test.each([
    ['a package may bring the server', database, unanswered, installed, 'stale'],
    ['a package does not change an answer', database, known, installed, undefined],
    ['a new database has other extensions', extension, { kind: 'no_database' }, made, 'stale'],
    ['a removed database has none', extension, unanswered, gone, { kind: 'no_database' }],
    [
      'another account sees the same database',
      postgresDatabase({ ...POSTGRES_LOGIN, user: 'me' }, 'app'),
      known,
      made,
      made.state,
    ],
    ['another server has another one', postgresDatabase({ ...POSTGRES_LOGIN, port: 1 }, 'app'), known, made, undefined],
    ['a file may have any name', extension, { kind: 'no_database' }, odd, undefined],
    ['a file may have any name, also for privileges', privileges, { kind: 'no_database' }, odd, undefined],
    ['a role is another thing', postgresRole(POSTGRES_LOGIN, 'app'), known, made, undefined],
  ] as const)('%s', (...[, request, state, effect, after]) => {
    expect(request.kind.after?.(state as never, request.id, effect)).toEqual(after);
  });
});
