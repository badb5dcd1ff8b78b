/**
 * The privileges of an account by object, sorted. The object is written as SHOW GRANTS does: *.*, `shop`.*,
 * PROCEDURE `shop`.`f`. GRANT is the right to grant them; ALL stands for all privileges of the object.
 */
export type MysqlGrants = Readonly<Record<string, readonly string[]>>;

/** The privileges of a whole server that MySQL 8 lists one by one for GRANT ALL. */
const ALL_OF_SERVER: readonly string[] = [
  'ALTER',
  'ALTER ROUTINE',
  'CREATE',
  'CREATE ROLE',
  'CREATE ROUTINE',
  'CREATE TABLESPACE',
  'CREATE TEMPORARY TABLES',
  'CREATE USER',
  'CREATE VIEW',
  'DELETE',
  'DROP',
  'DROP ROLE',
  'EVENT',
  'EXECUTE',
  'FILE',
  'INDEX',
  'INSERT',
  'LOCK TABLES',
  'PROCESS',
  'REFERENCES',
  'RELOAD',
  'REPLICATION CLIENT',
  'REPLICATION SLAVE',
  'SELECT',
  'SHOW DATABASES',
  'SHOW VIEW',
  'SHUTDOWN',
  'SUPER',
  'TRIGGER',
  'UPDATE',
];

/** Reads the lines of SHOW GRANTS. Roles and proxies are left out. */
export function grantsIn(lines: readonly string[]): MysqlGrants {
  const grants: Record<string, readonly string[]> = {};
  for (const line of lines) {
    const parts = line.startsWith('GRANT ') ? partsOf(line.slice('GRANT '.length)) : undefined;
    if (parts === undefined || parts.privileges.includes('PROXY')) continue;
    const own = parts.canGrant ? [...parts.privileges, 'GRANT'] : parts.privileges;
    grants[parts.object] = normalPrivileges([...(grants[parts.object] ?? []), ...own]);
  }
  return Object.fromEntries(
    Object.entries(grants)
      .filter(([, all]) => all.length > 0)
      .map(([object, all]) => [object, object === '*.*' ? withAll(all) : all]),
  );
}

/** Returns privileges in upper case, sorted, without USAGE, which means no privilege. */
export function normalPrivileges(privileges: readonly string[]): readonly string[] {
  const all = privileges.map((one) => normalPrivilege(one)).filter((one) => one !== 'USAGE' && one !== '');
  return [...new Set(all)].toSorted();
}

function normalPrivilege(text: string): string {
  const open = text.indexOf('(');
  const word = (open === -1 ? text : text.slice(0, open)).trim().replace(/\s+/g, ' ').toUpperCase();
  if (open === -1) return word === 'ALL PRIVILEGES' ? 'ALL' : word === 'GRANT OPTION' ? 'GRANT' : word;
  const columns = text.slice(open + 1, text.lastIndexOf(')')).split(',');
  const names = columns.map((one) =>
    one
      .trim()
      .replace(/^`(.*)`$/s, '$1')
      .toLowerCase(),
  );
  return `${word} (${names.toSorted().join(', ')})`;
}

function withAll(privileges: readonly string[]): readonly string[] {
  if (!ALL_OF_SERVER.every((one) => privileges.includes(one))) return privileges;
  return normalPrivileges(['ALL', ...(privileges.includes('GRANT') ? ['GRANT'] : [])]);
}

interface Parts {
  readonly privileges: readonly string[];
  readonly object: string;
  readonly canGrant: boolean;
}

/** Reads `SELECT, INSERT (a, b) ON shop.* TO …`. Undefined: a role is granted. */
function partsOf(text: string): Parts | undefined {
  const end = indexOutside(text, ' ON ');
  if (end === -1) return undefined;
  const rest = text.slice(end + ' ON '.length);
  const to = indexOutside(rest, ' TO ');
  return {
    privileges: privilegesIn(text.slice(0, end)).map(normalPrivilege),
    object: to === -1 ? rest : rest.slice(0, to),
    canGrant: to !== -1 && / WITH GRANT OPTION\b/.test(rest.slice(to)),
  };
}

/** Splits a list of privileges at its commas, but not at those between columns. */
export function privilegesIn(text: string): readonly string[] {
  const privileges: string[] = [];
  for (let rest = text; ;) {
    const comma = indexOutside(rest, ',');
    if (comma === -1) return [...privileges, rest];
    privileges.push(rest.slice(0, comma));
    rest = rest.slice(comma + 1);
  }
}

/** Returns the index of a text outside of names in backticks and of parentheses; -1 if there is none. */
function indexOutside(text: string, what: string): number {
  let depth = 0;
  let isInName = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    // A doubled backtick inside a name ends the name and begins it again, which has the right effect.
    if (letter === '`') isInName = !isInName;
    else if (isInName) continue;
    else if (letter === '(') depth += 1;
    else if (letter === ')') depth -= 1;
    else if (depth === 0 && text.startsWith(what, at)) return at;
  }
  return -1;
}
