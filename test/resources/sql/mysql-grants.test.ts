import { expect, test } from 'vitest';
import { grantsIn } from '../../../engine/resources/sql/mysql-grants.ts';

test.each([
  ["GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*6B'", {}],
  ['GRANT ALL PRIVILEGES ON *.* TO `a`@`%` WITH GRANT OPTION', { '*.*': ['ALL', 'GRANT'] }],
  ['GRANT SELECT, INSERT ON `shop`.* TO `a`@`%`', { '`shop`.*': ['INSERT', 'SELECT'] }],
  ['GRANT SELECT (`b`, `a`), UPDATE ON `shop`.`t` TO `a`@`%`', { '`shop`.`t`': ['SELECT (a, b)', 'UPDATE'] }],
  ['GRANT SELECT ON `a ON ``b TO c`.* TO `a`@`%`', { '`a ON ``b TO c`.*': ['SELECT'] }],
  ['GRANT EXECUTE ON PROCEDURE `shop`.`f` TO `a`@`%`', { 'PROCEDURE `shop`.`f`': ['EXECUTE'] }],
  ['GRANT `reports`@`%` TO `a`@`%`', {}],
  ['GRANT PROXY ON ``@`%` TO `a`@`%` WITH GRANT OPTION', {}],
  ['SET DEFAULT ROLE `reports` FOR `a`@`%`', {}],
  ['GRANT SELECT', {}],
] as const)('%s', (line, grants) => {
  expect(grantsIn([line])).toEqual(grants);
});

test('lines about the same object are one grant', () => {
  const lines = ['GRANT SELECT ON *.* TO `a`@`%`', 'GRANT BACKUP_ADMIN ON *.* TO `a`@`%` WITH GRANT OPTION'];
  expect(grantsIn(lines)).toEqual({ '*.*': ['BACKUP_ADMIN', 'GRANT', 'SELECT'] });
});

test('MySQL 8 lists all privileges of the server one by one', () => {
  const line =
    'GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, SHUTDOWN, PROCESS, FILE, REFERENCES, INDEX, ALTER, SHOW DATABASES, SUPER, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER, CREATE TABLESPACE, CREATE ROLE, DROP ROLE ON *.* TO `a`@`%` WITH GRANT OPTION';
  expect(grantsIn([line])).toEqual({ '*.*': ['ALL', 'GRANT'] });
});
