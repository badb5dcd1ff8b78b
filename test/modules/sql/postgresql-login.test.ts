import { expect, test } from 'vitest';
import { z } from 'zod';
import { postgresLogin, postgresLoginArguments } from '../../../engine/modules/sql/postgresql-login.ts';
import { setUp } from '../../../engine/resources/sql/postgresql-client.ts';

const schema = z.strictObject(postgresLoginArguments);

test.each([
  [{}, undefined],
  [{ login_host: 'db.example.org' }, 'db.example.org'],
  [{ login_host: 'localhost' }, 'localhost'],
  [{ login_host: 'localhost', login_unix_socket: '/run/pg' }, '/run/pg'],
  [{ login_host: '127.0.0.1', login_unix_socket: '/run/pg' }, '127.0.0.1'],
  [{ login_unix_socket: '/run/pg' }, '/run/pg'],
])('%j leads to %s, as in the collection', (args, host) => {
  const text = setUp(postgresLogin(schema.parse(args), 'app', { preamble: '' }));
  expect(/ PGHOST=(\S+)/.exec(text)?.[1]?.replace(/;$/, '')).toBe(host);
});

test('a password is no parameter, which would be in the arguments of psql', () => {
  expect(() => schema.parse({ connect_params: { password: 'x' } })).toThrow('must be a parameter of libpq');
});
