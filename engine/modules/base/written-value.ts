import { z } from 'zod';
import { holdsSecret } from '../../values/base/revealed.ts';
import { Secret } from '../../values/base/secret.ts';
import { type Value, Unknown, isList, isMap } from '../../values/base/value.ts';
import { unknownWithin } from './argument-problem.ts';

/**
 * A value that is written to a file as text. It may be secret or unknown. A number is written as digits, a map or list
 * as JSON in the form of Ansible.
 */
export function writtenValue(): z.ZodType<string | Secret | Unknown> {
  return z
    .custom<Value>((value) => value !== undefined && faultOf(value) === undefined, {
      error: ({ input }) => faultOf(input) ?? 'must be a text',
    })
    .transform((value): string | Secret | Unknown => {
      if (typeof value === 'string' || value instanceof Secret || value instanceof Unknown) return value;
      const unknown = unknownWithin(value);
      if (unknown !== undefined) return unknown;
      const text = asJson(value);
      return holdsSecret(value) ? Secret.around(text) : text;
    })
    .meta({});
}

/** Returns the fault of a value. A fraction is refused because its original text is not known: 1.0 or 1. */
function faultOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.includes('\0') ? 'must not hold a NUL byte' : undefined;
  if (value === null) return 'must be a text\nWrite "" for an empty file.';
  if (typeof value === 'boolean' || (typeof value === 'number' && !Number.isSafeInteger(value)))
    return `must be a text\nWrite it in quotes: "${value}". For a variable write {{string NAME}}.`;
  return undefined;
}

/** Formats a value as JSON in the form of Python: with spaces after commas and colons, and in ASCII. */
function asJson(value: Value): string {
  if (value instanceof Secret) return asJson(value.reveal());
  if (isList(value)) return `[${value.map(asJson).join(', ')}]`;
  if (isMap(value))
    return `{${Object.entries(value)
      .map(([key, one]) => `${asJson(key)}: ${asJson(one)}`)
      .join(', ')}}`;
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
