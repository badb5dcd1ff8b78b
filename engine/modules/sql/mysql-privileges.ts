import { type MysqlGrants, normalPrivileges, privilegesIn } from '../../resources/sql/mysql-grants.ts';
import { mysqlName } from '../../resources/sql/sql-quote.ts';

/** How a task changes privileges: it sets exactly these, adds them, or removes them. */
export type GrantMode = 'exactly' | 'append' | 'subtract';

/**
 * Reads privileges as tasks write them: `shop.*:SELECT,INSERT/other.t:ALL`, or a map of these. Returns the first part
 * that cannot be read as `fault`.
 */
export function wantedGrants(
  written: string | Readonly<Record<string, string>>,
): { readonly kind: 'grants'; readonly grants: MysqlGrants } | { readonly kind: 'fault'; readonly part: string } {
  const parts: readonly (readonly [string, string])[] =
    typeof written === 'string' ? written.split('/').map(parted) : Object.entries(written);
  const grants: Record<string, readonly string[]> = {};
  for (const [object, privileges] of parts) {
    const name = objectName(object.trim());
    const all = normalPrivileges(privilegesIn(privileges));
    if (name === undefined || privileges.trim() === '' || !all.every(isPrivilege))
      return { kind: 'fault', part: `${object}:${privileges}` };
    grants[name] = normalPrivileges([...(grants[name] ?? []), ...all]);
  }
  return { kind: 'grants', grants };
}

/** Splits at the last colon: the name of a database may have colons. */
function parted(part: string): readonly [string, string] {
  const colon = part.lastIndexOf(':');
  return colon === -1 ? [part, ''] : [part.slice(0, colon), part.slice(colon + 1)];
}

/** Checks the form of a privilege, because SQL has no quotes for it. Columns are quoted. */
function isPrivilege(text: string): boolean {
  return /^[A-Z_]+(?: [A-Z_]+)*(?: \([^()]+\))?$/.test(text);
}

/** Returns the object as SHOW GRANTS writes it; undefined if the text is not an object. */
function objectName(text: string): string | undefined {
  const [, routine, rest = ''] = /^(?:(FUNCTION|PROCEDURE) )?(.*)$/is.exec(text) ?? [];
  const dot = rest.lastIndexOf('.');
  const database = rest.slice(0, dot);
  const object = rest.slice(dot + 1);
  if (dot < 1 || object === '') return undefined;
  const written = `${side(database)}.${side(object)}`;
  return routine === undefined ? written : `${routine.toUpperCase()} ${written}`;
}

function side(text: string): string {
  const name = text.replace(/^`+|(?<!`)`+$/g, '');
  return name === '*' ? '*' : mysqlName(name);
}

export interface GrantStep {
  readonly object: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Returns a step for each object whose privileges change. `has`: the present grants of the account. */
export function grantSteps(has: MysqlGrants, wanted: MysqlGrants, mode: GrantMode): readonly GrantStep[] {
  const objects =
    mode === 'exactly' ? [...new Set([...Object.keys(has), ...Object.keys(wanted)])] : Object.keys(wanted);
  return objects.flatMap((object) => {
    const before = has[object] ?? [];
    const after = afterOf(before, wanted[object] ?? [], mode);
    return before.join(',') === after.join(',') ? [] : [{ object, before, after }];
  });
}

function afterOf(before: readonly string[], wanted: readonly string[], mode: GrantMode): readonly string[] {
  switch (mode) {
    case 'exactly':
      return wanted.includes('ALL') ? wanted.filter((one) => one === 'ALL' || one === 'GRANT') : wanted;
    case 'append':
      if (before.includes('ALL') || wanted.includes('ALL'))
        return normalPrivileges(['ALL', ...[...before, ...wanted].filter((one) => one === 'GRANT')]);
      return normalPrivileges([...before, ...wanted]);
    case 'subtract':
      if (wanted.includes('ALL')) return before.filter((one) => one === 'GRANT' && !wanted.includes('GRANT'));
      return before.filter((one) => !wanted.includes(one));
  }
}

/** Returns the SQL statements of a step. `account`: the account in the form of SQL. */
export function grantStatements({ object, before, after }: GrantStep, account: string): readonly string[] {
  const isAll = after.includes('ALL');
  const lost = before.filter((one) => one !== 'GRANT' && !after.includes(one) && !(isAll && one !== 'ALL'));
  const gained = after.filter((one) => one !== 'GRANT' && !before.includes(one));
  const losesGrant = before.includes('GRANT') && !after.includes('GRANT');
  const gainsGrant = after.includes('GRANT') && !before.includes('GRANT');
  return [
    ...(losesGrant ? [`REVOKE GRANT OPTION ON ${object} FROM ${account};`] : []),
    ...(lost.length === 0 ? [] : [`REVOKE ${lost.map(privilege).join(', ')} ON ${object} FROM ${account};`]),
    ...(gained.length === 0 && !gainsGrant
      ? []
      : [
          `GRANT ${gained.length === 0 ? 'USAGE' : gained.map(privilege).join(', ')} ON ${object} TO ${account}${gainsGrant ? ' WITH GRANT OPTION' : ''};`,
        ]),
  ];
}

function privilege(text: string): string {
  const open = text.indexOf(' (');
  if (open === -1) return text === 'ALL' ? 'ALL PRIVILEGES' : text;
  const columns = text
    .slice(open + 2, -1)
    .split(', ')
    .map(mysqlName);
  return `${text.slice(0, open)} (${columns.join(', ')})`;
}
