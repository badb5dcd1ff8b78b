import { z } from 'zod';

/** A regular expression as an argument. What Python writes differently is understood: (?i) in front, (?P<name>…), \A and \Z. */
export function pattern(flags = ''): z.ZodType<RegExp> {
  return z
    .string()
    .superRefine((text, context) => {
      const fault = faultOf(text);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: `must be a regular expression: ${fault}` });
    })
    .transform((text) => compile(text, flags))
    .meta({ type: 'string' });
}

export function compile(text: string, flags = ''): RegExp {
  const [, inline = '', body = ''] = /^(?:\(\?([ims]+)\))?([^]*)$/.exec(text) ?? [];
  const translated = body
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$');
  return new RegExp(translated, [...new Set(`${flags}${inline}`)].join(''));
}

function faultOf(text: string): string | undefined {
  try {
    compile(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A replacement as Python writes it: \1, \g<1> and \g<name> stand for groups, \n and \t for themselves. */
export function expand(template: string, match: RegExpExecArray | RegExpMatchArray): string {
  return template.replace(
    /\\(?:g<(\w+)>|(\d{1,2})|(.))/gs,
    (_, name: string | undefined, number: string | undefined, character: string | undefined) => {
      const key = name ?? number;
      if (key !== undefined) return (/^\d+$/.test(key) ? match[Number(key)] : match.groups?.[key]) ?? '';
      return ESCAPES.get(character ?? '') ?? `\\${character ?? ''}`;
    },
  );
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['\\', '\\'],
]);
