import * as fc from 'fast-check';
import type { Request } from '../../engine/resources/base/resource.ts';
import { mysqlAccounts } from '../../engine/resources/mysql-account.ts';
import { mysqlDatabase } from '../../engine/resources/mysql-database.ts';
import { postgresDatabase } from '../../engine/resources/postgresql-database.ts';
import { postgresExtension } from '../../engine/resources/postgresql-extension.ts';
import { postgresMoment } from '../../engine/resources/postgresql-moment.ts';
import { postgresPrivileges } from '../../engine/resources/postgresql-privileges.ts';
import { passwordOf, postgresRole } from '../../engine/resources/postgresql-role.ts';
import { MYSQL_LOGIN, POSTGRES_LOGIN } from '../modules/sql/logins.ts';
import type { Situation, Situations } from './situation.ts';

/** Servers that say `text`, or nothing. The real ones are asked in test/lab/databases.test.ts. */
function server(client: 'psql' | 'mysql', request: Request, state: unknown, lines: readonly string[]): Situation {
  const printed = [...lines, 'next answer'].join('\n');
  return {
    host: { programs: { [`bin/${client}`]: `#!/bin/sh\ncat >/dev/null\ncat <<'END'\n${printed}\nEND\n` } },
    asks: [{ request, is: () => ({ kind: 'known', state }) }],
  };
}

const word = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !text.includes('\0'));

const SETTINGS = { attributes: { LOGIN: true }, connections: -1, expires: null, comment: '' };
const VERIFIER = 'SCRAM-SHA-256$4096:c2FsdA==$a:b';

export const DATABASES: Readonly<Record<string, Situations>> = {
  postgresql_database: () =>
    fc.tuple(word, word).map(([owner, comment]) => {
      const row = { owner, encoding: 'UTF8', collate: 'C', ctype: 'C', connections: -1, tablespace: 't', comment };
      return server('psql', postgresDatabase(POSTGRES_LOGIN, 'a'), { exists: true, ...row }, [JSON.stringify(row)]);
    }),
  postgresql_role: () =>
    fc.tuple(word, word).map(([value, comment]) => {
      const row = { ...SETTINGS, comment, settings: [`a=${value}`] };
      const answer = { encryption: 'md5', readable: true, password: VERIFIER, role: row };
      return server(
        'psql',
        postgresRole(POSTGRES_LOGIN, 'a'),
        {
          exists: true,
          encryption: 'md5',
          ...SETTINGS,
          comment,
          settings: { a: value },
          password: passwordOf(VERIFIER),
        },
        [JSON.stringify(answer)],
      );
    }),
  postgresql_moment: () =>
    fc
      .constantFrom('infinity', 12.5)
      .map((moment) => server('psql', postgresMoment(POSTGRES_LOGIN, 'a'), moment, [JSON.stringify(moment)])),
  postgresql_extension: () =>
    word.map((comment) => {
      const installed = { version: '1.0', schema: 's', comment };
      return server(
        'psql',
        postgresExtension(POSTGRES_LOGIN, 'a'),
        { ...installed, offered: undefined, versions: ['1.0'] },
        [JSON.stringify({ installed, offered: null, versions: ['1.0'] })],
      );
    }),
  postgresql_privileges: () =>
    word.map((name) => {
      const of = { current: 'me', session: 'me' };
      const list = [{ role: '', privilege: 'SELECT', grantable: false }];
      return server(
        'psql',
        postgresPrivileges(POSTGRES_LOGIN, { kind: 'group', name: 'a' }),
        { ...of, objects: [{ name, all: ['SELECT'], roles: { '': { SELECT: false } } }] },
        [JSON.stringify({ ...of, objects: [{ name, all: ['SELECT'], list }] })],
      );
    }),
  mysql_database: () =>
    fc
      .constantFrom('null', '{"name":"a","encoding":"b","collation":"c"}')
      .map((row) =>
        server(
          'mysql',
          mysqlDatabase(MYSQL_LOGIN, 'a'),
          row === 'null' ? { exists: false } : { exists: true, encoding: 'b', collation: 'c' },
          [row],
        ),
      ),
  mysql_accounts: () =>
    word.map((host) => {
      const account = {
        host,
        plugin: 'p',
        tls: { type: '', cipher: '', issuer: '', subject: '' },
        limits: { MAX_USER_CONNECTIONS: 0 },
      };
      // The client escapes what it prints.
      const line = JSON.stringify({ ...account, auth: '' }).replaceAll('\\', '\\\\');
      return server(
        'mysql',
        mysqlAccounts(MYSQL_LOGIN, 'a'),
        { isMariaDb: true, accounts: [{ ...account, digest: '', grants: { '`b`.*': ['ALL'] } }] },
        [
          '{"version":"10.11-MariaDB"}',
          line,
          'GRANT USAGE ON *.* TO `a`@`b`',
          'GRANT ALL PRIVILEGES ON `b`.* TO `a`@`b`',
        ],
      );
    }),
};
