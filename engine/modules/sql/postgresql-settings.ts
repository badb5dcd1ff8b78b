import { postgresName, sqlText } from '../../resources/sql/sql-quote.ts';

/** Settings whose value is a list of names: those with GUC_LIST_QUOTE in the sources of PostgreSQL. */
const LISTS: ReadonlySet<string> = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

/** Returns the name of a setting for SQL. A setting of an extension has a dot in its name. */
export function settingName(name: string): string {
  return name.split('.').map(postgresName).join('.');
}

/** Returns the value of a setting for SQL. A list has one text for each name. */
export function settingValue(name: string, value: string | number | boolean): string {
  return LISTS.has(name.toLowerCase()) ? namesIn(String(value)).map(sqlText).join(', ') : sqlText(String(value));
}

/** Returns the value of a setting as the server stores it. Names in a list are quoted only if they must be. */
export function settingText(name: string, value: string | number | boolean): string {
  if (!LISTS.has(name.toLowerCase())) return String(value);
  return namesIn(String(value))
    .map((one) => (/^[a-z_][a-z0-9_]*$/.test(one) ? one : postgresName(one)))
    .join(', ');
}

/** Splits a list of names. A name may stand in double quotes. */
function namesIn(list: string): readonly string[] {
  const names = list.match(/"(?:[^"]|"")*"|[^",]+/g) ?? [];
  return names
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => (one.startsWith('"') ? one.slice(1, -1).replaceAll('""', '"') : one));
}
