/** The wanted state of one entry of a crontab. */
export interface EntryWish {
  readonly name: string;
  readonly isPresent: boolean;
  /** The whole line, without a line end. */
  readonly line: string;
}

/** Like `EntryWish`, for a variable in the environment of the commands. */
export interface VariableWish {
  readonly name: string;
  readonly isPresent: boolean;
  readonly value: string;
  /** The variable beside which a new variable is put. Without it, a new variable is put at the top. */
  readonly beside: { readonly name: string; readonly where: 'before' | 'after' } | undefined;
}

const MARK = /^\s*(?:# runbook: |#Ansible: )(.*)$/;

/**
 * Returns the table with the wanted entry. The comment above an entry identifies it; comments of Ansible are accepted.
 */
export function editEntry(text: string, { name, isPresent, line }: EntryWish): string {
  const lines = linesOf(text);
  const at = lines.findIndex((one) => nameIn(one) === name.trim());
  if (at < 0) return isPresent ? joined([...lines, `# runbook: ${name}`, line]) : text;
  // If the entry of a comment is missing, the next comment is directly below.
  const isWhole = lines[at + 1] !== undefined && nameIn(lines[at + 1] ?? '') === undefined;
  const entry = isPresent ? [lines[at] ?? '', line] : [];
  return same(text, lines, [...lines.slice(0, at), ...entry, ...lines.slice(at + (isWhole ? 2 : 1))]);
}

/** Returns the table with the wanted variable. */
export function editVariable(text: string, { name, isPresent, value, beside }: VariableWish): string {
  const lines = linesOf(text);
  const line = `${name}="${value}"`;
  const indexOf = (variable: string): number => lines.findIndex((one) => variableIn(one) === variable);
  const at = indexOf(name);
  if (at >= 0) return same(text, lines, [...lines.slice(0, at), ...(isPresent ? [line] : []), ...lines.slice(at + 1)]);
  if (!isPresent) return text;
  const other = beside === undefined ? -1 : indexOf(beside.name);
  const place = other < 0 ? 0 : other + (beside?.where === 'after' ? 1 : 0);
  return joined([...lines.slice(0, place), line, ...lines.slice(place)]);
}

/** Returns the names of the entries and of the variables of a table. */
export function namesIn(text: string): { readonly jobs: readonly string[]; readonly envs: readonly string[] } {
  const lines = linesOf(text);
  return { jobs: lines.flatMap((one) => nameIn(one) ?? []), envs: lines.flatMap((one) => variableIn(one) ?? []) };
}

function nameIn(line: string): string | undefined {
  return MARK.exec(line)?.[1]?.trimEnd();
}

function variableIn(line: string): string | undefined {
  return /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=/.exec(line)?.[1];
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function joined(lines: readonly string[]): string {
  return lines.map((one) => `${one}\n`).join('');
}

function same(text: string, before: readonly string[], after: readonly string[]): string {
  return after.join('\n') === before.join('\n') ? text : joined(after);
}
