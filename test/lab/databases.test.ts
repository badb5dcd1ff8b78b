import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quote } from '../../engine/connection/base/quote.ts';
import type { AnyModule } from '../../engine/modules/base/module.ts';
import { module as mysqlDb } from '../../engine/modules/mysql_db.ts';
import { module as mysqlUser } from '../../engine/modules/mysql_user.ts';
import { module as postgresDb } from '../../engine/modules/postgresql_db.ts';
import { module as postgresExt } from '../../engine/modules/postgresql_ext.ts';
import { module as postgresPrivs } from '../../engine/modules/postgresql_privs.ts';
import { module as postgresUser } from '../../engine/modules/postgresql_user.ts';
import { down, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { LabHost } from './lab-host.ts';

const NAME = 'databases';
const reason = unfitness();
const SKIPPED = reason === undefined ? '' : ` (skipped: ${reason})`;

/** `changes`: a change, after which the host is as predicted and a second plan is empty. */
type Expected = 'changes' | 'in_sync' | { readonly impossible: RegExp };
type Step = readonly [module: AnyModule, args: object, expected: Expected];

const ODD = 'we"ird\'\\';
const PASSWORD = 'pä"ß\\w\'ort $x';
const TEXTS = { login_db: 'App x' };

const POSTGRES: readonly Step[] = [
  // The socket wins: over the network, postgres has no password.
  [postgresDb, { name: 'postgres', login_host: 'localhost', login_unix_socket: '/var/run/postgresql' }, 'in_sync'],
  [postgresDb, { name: 'App x', owner: 'nobody' }, { impossible: /no role nobody/ }],
  [
    postgresUser,
    {
      name: 'app',
      password: PASSWORD,
      role_attr_flags: 'CREATEDB,NOSUPERUSER',
      conn_limit: 5,
      expires: '2031-02-03',
      comment: "it's",
      configuration: { work_mem: '8MB', search_path: 'a, "B c", $user' },
    },
    'changes',
  ],
  [postgresUser, { name: 'app', password: 'other', no_password_changes: true }, 'in_sync'],
  [postgresUser, { name: 'app', password: 'other' }, 'changes'],
  [postgresUser, { name: 'app', password: PASSWORD }, 'changes'],
  [
    postgresUser,
    { name: 'app', expires: 'infinity', reset_unspecified_configuration: true, comment: '', conn_limit: -1 },
    'changes',
  ],
  [postgresUser, { name: 'app', expires: 'soon' }, { impossible: /does not answer/ }],
  [postgresUser, { name: ODD, role_attr_flags: 'NOLOGIN' }, 'changes'],
  [postgresUser, { name: 'ro', password: `md5${'a'.repeat(32)}` }, 'changes'],
  [postgresUser, { name: 'ro', password: '' }, 'changes'],
  [
    postgresDb,
    {
      name: 'App x',
      owner: 'app',
      encoding: 'utf-8',
      lc_collate: 'C',
      lc_ctype: 'C',
      template: 'template0',
      comment: 'co',
      conn_limit: 9,
    },
    'changes',
  ],
  [postgresDb, { name: 'App x', owner: ODD, conn_limit: -1, comment: '' }, 'changes'],
  [postgresDb, { name: 'App x', encoding: 'LATIN1' }, { impossible: /encoding .* is UTF8/ }],
  [postgresExt, { ...TEXTS, name: 'hstore', version: '1.4', comment: 'hi' }, 'changes'],
  [postgresExt, { ...TEXTS, name: 'hstore', version: 'latest' }, 'changes'],
  [postgresExt, { ...TEXTS, name: 'earthdistance', cascade: true }, 'changes'],
  [postgresExt, { ...TEXTS, name: 'cube', state: 'absent', cascade: true }, 'changes'],
  [postgresExt, { ...TEXTS, name: 'nosuch' }, { impossible: /does not have the extension/ }],
  [postgresExt, { login_db: 'none', name: 'hstore' }, { impossible: /no such database/ }],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'SELECT,INSERT', objs: 't1,T 2' }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app,PUBLIC', privs: 'SELECT', objs: 'ALL_IN_SCHEMA' }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'ALL', objs: 't1', grant_option: true }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'SELECT', objs: 't1', grant_option: false }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'ALL', objs: 't1', state: 'absent' }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'ALL', type: 'database' }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'PUBLIC', privs: 'ALL', type: 'database', state: 'absent' }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'USAGE,CREATE', type: 'schema', objs: 'sc,public' }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'USAGE', type: 'sequence', objs: 's1' }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'EXECUTE', type: 'function', objs: 'f1(int:text)' }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'EXECUTE', type: 'procedure', objs: 'p1()' }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'USAGE', type: 'type', objs: 'ty' }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'USAGE', type: 'language', objs: 'sql' }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'CREATE', type: 'tablespace', objs: 'pg_default' }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'ALTER_SYSTEM', type: 'parameter', objs: 'work_mem' }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', type: 'group', objs: 'ro', grant_option: true }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', type: 'group', objs: 'ro', grant_option: false }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', type: 'group', objs: 'ro', state: 'absent' }, 'changes'],
  [
    postgresPrivs,
    { ...TEXTS, roles: 'ro', privs: 'SELECT,UPDATE', type: 'default_privs', objs: 'TABLES', target_roles: 'app' },
    'changes',
  ],
  [
    postgresPrivs,
    { ...TEXTS, roles: 'ro', privs: 'SELECT', type: 'default_privs', objs: 'TABLES', target_roles: 'app' },
    'changes',
  ],
  [
    postgresPrivs,
    { ...TEXTS, roles: 'ro', privs: 'ALL', type: 'default_privs', objs: 'ALL_DEFAULT', schema: 'not-specified' },
    'changes',
  ],
  [postgresPrivs, { ...TEXTS, roles: 'nobody', privs: 'ALL', objs: 't1' }, { impossible: /no role nobody/ }],
  [postgresPrivs, { ...TEXTS, roles: 'nobody,app', privs: 'SELECT', objs: 't1', fail_on_role: false }, 'changes'],
  [postgresPrivs, { ...TEXTS, roles: 'app', privs: 'SELECT', objs: 'nosuch' }, { impossible: /no table nosuch/ }],
  [postgresDb, { name: 'App x', state: 'absent', force: true }, 'changes'],
  [postgresUser, { name: ODD, state: 'absent' }, 'changes'],
  [postgresUser, { name: ODD, state: 'absent' }, 'in_sync'],
  [
    postgresDb,
    { name: 'x', login_host: '127.0.0.1', login_user: 'app', login_password: 'wrong' },
    { impossible: /cannot be reached/ },
  ],
  [
    postgresDb,
    { name: 'made by app', login_host: '127.0.0.1', login_user: 'app', login_password: PASSWORD },
    'changes',
  ],
];

const OBJECTS = `CREATE TABLE t1(a int); CREATE TABLE "T 2"(a int); CREATE SEQUENCE s1; CREATE TYPE ty AS (a int);
CREATE FUNCTION f1(a int, b text) RETURNS int LANGUAGE sql AS 'select 1'; CREATE SCHEMA sc;
CREATE PROCEDURE p1() LANGUAGE sql AS 'select 1';`;

const ACCOUNT = { name: 'app', host: '%' };

const MARIADB: readonly Step[] = [
  [mysqlDb, { name: ["a`b'x", 'shop'], encoding: 'utf8mb4', collation: 'utf8mb4_bin' }, 'changes'],
  [mysqlDb, { name: ['shop', "a`b'x"] }, 'in_sync'],
  [
    mysqlUser,
    {
      name: 'app',
      password: PASSWORD,
      priv: 'shop.*:ALL/*.*:PROCESS',
      resource_limits: { MAX_USER_CONNECTIONS: 3 },
      tls_requires: {},
    },
    'changes',
  ],
  [
    mysqlUser,
    {
      ...ACCOUNT,
      password: 'x',
      priv: { 'shop.*': 'SELECT,INSERT,GRANT', 'shop.t': 'UPDATE (b,a),DELETE', "a`b'x.*": 'ALL' },
      tls_requires: { SUBJECT: "/CN=it's", ISSUER: '/CN=b' },
    },
    'changes',
  ],
  [mysqlUser, { ...ACCOUNT, priv: 'shop.*:DROP', append_privs: true }, 'changes'],
  [mysqlUser, { ...ACCOUNT, priv: 'shop.*:DROP,GRANT', subtract_privs: true }, 'changes'],
  [mysqlUser, { ...ACCOUNT, priv: 'shop.*:all', append_privs: true }, 'changes'],
  [mysqlUser, { ...ACCOUNT, priv: 'shop.*:ALL', subtract_privs: true }, 'changes'],
  [mysqlUser, { ...ACCOUNT, priv: 'PROCEDURE shop.f:EXECUTE' }, 'changes'],
  [mysqlUser, { ...ACCOUNT, priv: '*.*:ALL,GRANT', tls_requires: { X509: null } }, 'changes'],
  [mysqlUser, { ...ACCOUNT, priv: '*.*:USAGE', tls_requires: { SSL: null } }, 'changes'],
  [mysqlUser, { name: 'app', host_all: true, password: 'new' }, 'changes'],
  [mysqlUser, { name: 'app', host_all: true, password: 'newer', update_password: 'on_create' }, 'in_sync'],
  [mysqlUser, { name: ODD, password: 'x' }, 'changes'],
  [mysqlUser, { name: ODD, state: 'absent' }, 'changes'],
  [mysqlUser, { name: 'sock', plugin: 'unix_socket' }, 'changes'],
  [mysqlUser, { name: 'sock', plugin: 'unix_socket', plugin_auth_string: 'other' }, 'changes'],
  [mysqlUser, { name: 'sock', plugin: 'mysql_native_password', plugin_auth_string: 'zz' }, 'changes'],
  [mysqlUser, { name: 'sock', password: 'zz' }, 'in_sync'],
  [mysqlUser, { name: 'app', host_all: true, state: 'absent' }, 'changes'],
  [mysqlUser, { name: 'app', host_all: true, password: 'x' }, 'in_sync'],
  [mysqlDb, { name: "a`b'x,shop", state: 'absent' }, 'changes'],
  [mysqlDb, { name: 'x', login_user: 'bob', login_password: 'q' }, { impossible: /cannot be reached/ }],
  [mysqlDb, { name: 'x', login_user: 'bob', login_password: 'q', check_implicit_admin: true }, 'changes'],
];

let root: LabHost;
let postgres: LabHost;

beforeAll(async () => {
  const lab = await up({ name: NAME, hosts: 1, packages: ['postgresql', 'mariadb-server'] });
  root = new LabHost(lab);
  postgres = new LabHost(lab, 'postgres');
});
afterAll(() => down(NAME));

function install(name: string): void {
  const command = `apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install ${quote(name)}`;
  const { status, stderr } = root.run(command);
  expect(status, stderr.toString()).toBe(0);
}

async function take(host: LabHost, [module, args, expected]: Step): Promise<void> {
  const { outcome, failure } = await host.apply(module, args);
  expect(failure).toBeUndefined();
  if (typeof expected === 'object') {
    expect(outcome).toMatchObject({ kind: 'impossible', what: expect.stringMatching(expected.impossible) });
    return;
  }
  expect(outcome).toMatchObject({ kind: expected === 'changes' ? 'change' : expected });
  const again = host.plan(module, args);
  if ('state' in args && args.state === 'absent') expect(again.kind).toBe('in_sync');
  else expect(again).toMatchObject({ kind: 'in_sync' });
}

describe.skipIf(reason !== undefined)(`PostgreSQL${SKIPPED}`, () => {
  beforeAll(() => install('postgresql'));

  test.each(POSTGRES.map((step, index) => [index, step[0].name, step[1], step] as const))(
    '%i %s %j',
    async (_index, _name, args, step) => {
      if ('objs' in args && args.objs === 't1,T 2') {
        const { status, stderr } = postgres.run(`printf %s ${quote(OBJECTS)} | psql -q -v ON_ERROR_STOP=1 -d 'App x'`);
        expect(status, stderr.toString()).toBe(0);
      }
      await take(postgres, step);
    },
  );

  test('root is not let in as postgres, and the remedy works', () => {
    const { login_user: _, ...args } = { name: 'x', login_user: 'postgres' };
    expect(root.plan(postgresDb, args)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('Peer authentication failed'),
      remedy: expect.stringContaining('become_user: postgres'),
    });
  });

  test('no password is in the arguments of a process', () => {
    const outcome = postgres.plan(postgresUser, { name: 'seen', password: 'clear-text-word' });
    expect(JSON.stringify(outcome)).not.toContain('clear-text-word');
  });
});

describe.skipIf(reason !== undefined)(`MariaDB${SKIPPED}`, () => {
  beforeAll(() => install('mariadb-server'));

  test.each(MARIADB.map((step, index) => [index, step[0].name, step[1], step] as const))(
    '%i %s %j',
    async (_index, _name, args, step) => {
      if ('priv' in args && typeof args.priv === 'object') {
        const made = "mysql -e 'CREATE TABLE shop.t(a int, b int)'";
        expect(root.run(made).status).toBe(0);
      }
      if ('priv' in args && args.priv === 'PROCEDURE shop.f:EXECUTE')
        expect(root.run("mysql -e 'CREATE PROCEDURE shop.f() SELECT 1'").status).toBe(0);
      await take(root, step);
    },
  );
});
