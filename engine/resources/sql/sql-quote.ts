/** Quotes a text as a string of SQL, for a session in which a backslash in a string is an ordinary character. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Quotes a name for PostgreSQL: case and special characters stay as they are. */
export function postgresName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a name for MySQL and MariaDB. */
export function mysqlName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
