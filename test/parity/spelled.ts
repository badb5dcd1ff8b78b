import { stringify } from 'yaml';
import { type Json, type JsonMap, type Tool, isMap } from './case.ts';

/** A value that the tools write differently, such as a template. */
export function either(ansible: Json, runbook: Json): JsonMap {
  return { $ansible: ansible, $runbook: runbook };
}

/**
 * Returns the value as one tool writes it, with the folders of this run in place of their marks. The members of `+` are
 * inserted in its place.
 */
export function spelled(value: Json, tool: Tool, marks: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return marked(value, marks);
  if (Array.isArray(value)) return value.map((item) => spelled(item, tool, marks));
  if (!isMap(value)) return value;
  if ('$ansible' in value || '$runbook' in value) return spelled(value[`$${tool}`] ?? null, tool, marks);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const written = spelled(item, tool, marks);
      return key === '+' && isMap(written) ? Object.entries(written) : [[marked(key, marks), written]];
    }),
  );
}

export function marked(text: string, marks: ReadonlyMap<string, string>): string {
  let result = text;
  for (const [mark, value] of marks) result = result.replaceAll(mark, value);
  return result;
}

/** Puts the marks in place of the folders, so that the answers of two folders can be compared. */
export function unmarked(value: Json, marks: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') {
    let result = value;
    for (const [mark, folder] of marks) result = result.replaceAll(folder, mark);
    return /^@W@.*\/$/.test(result) ? result.slice(0, -1) : result;
  }
  if (Array.isArray(value)) return value.map((item) => unmarked(item, marks));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unmarked(item, marks)]));
}

/** Quotes every text, so that YAML 1.1 and 1.2 read the same. */
export function asYaml(value: Json): string {
  return stringify(value, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 });
}
