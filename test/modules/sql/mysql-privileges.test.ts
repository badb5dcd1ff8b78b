import { describe, expect, test } from 'vitest';
import { grantStatements, grantSteps, wantedGrants } from '../../../engine/modules/sql/mysql-privileges.ts';

describe('privileges as tasks write them', () => {
  test.each([
    ['shop.*:select, INSERT', { '`shop`.*': ['INSERT', 'SELECT'] }],
    ['*.*:ALL PRIVILEGES,GRANT', { '*.*': ['ALL', 'GRANT'] }],
    ['`my-db`.t:ALL/a.b.c:SELECT', { '`my-db`.`t`': ['ALL'], '`a.b`.`c`': ['SELECT'] }],
    ['shop.t:SELECT (b,a),UPDATE', { '`shop`.`t`': ['SELECT (a, b)', 'UPDATE'] }],
    ['procedure shop.f:EXECUTE', { 'PROCEDURE `shop`.`f`': ['EXECUTE'] }],
    ['*.*:USAGE', { '*.*': [] }],
    [{ 'shop.*': 'SELECT' }, { '`shop`.*': ['SELECT'] }],
  ] as const)('%j', (written, grants) => {
    expect(wantedGrants(written)).toEqual({ kind: 'grants', grants });
  });

  test.each(['', 'shop', 'shop:SELECT', 'shop.*:', 'shop.*', 'shop.*:SELECT; DROP', 'shop.:ALL', "shop.*:A' B"])(
    '%j cannot be read',
    (written) => {
      expect(wantedGrants(written).kind).toBe('fault');
    },
  );
});

const HAS = { '*.*': ['PROCESS'], '`a`.*': ['GRANT', 'INSERT', 'SELECT'] };

describe('the statements for a change of privileges', () => {
  test.each([
    [
      'exactly',
      { '`a`.*': ['SELECT'] },
      ['REVOKE PROCESS ON *.* FROM u;', 'REVOKE GRANT OPTION ON `a`.* FROM u;', 'REVOKE INSERT ON `a`.* FROM u;'],
    ],
    ['exactly', { '*.*': ['PROCESS'], '`a`.*': ['ALL', 'GRANT'] }, ['GRANT ALL PRIVILEGES ON `a`.* TO u;']],
    ['append', { '`a`.*': ['DROP', 'SELECT'] }, ['GRANT DROP ON `a`.* TO u;']],
    ['append', { '`b`.*': ['GRANT'] }, ['GRANT USAGE ON `b`.* TO u WITH GRANT OPTION;']],
    ['append', { '`b`.`c`': ['UPDATE (x, y)'] }, ['GRANT UPDATE (`x`, `y`) ON `b`.`c` TO u;']],
    ['subtract', { '`a`.*': ['DROP', 'SELECT'] }, ['REVOKE SELECT ON `a`.* FROM u;']],
    ['subtract', { '`a`.*': ['ALL'] }, ['REVOKE INSERT, SELECT ON `a`.* FROM u;']],
    ['subtract', { '`b`.*': ['SELECT'] }, []],
    ['exactly', HAS, []],
  ] as const)('%s %j', (mode, wanted, statements) => {
    expect(grantSteps(HAS, wanted, mode).flatMap((step) => grantStatements(step, 'u'))).toEqual(statements);
  });
});
