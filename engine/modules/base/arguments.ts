import { z } from 'zod';
import { booleanOf } from '../../values/base/boolean-word.ts';
import { Secret } from '../../values/base/secret.ts';
import { type Value, Unknown, isList } from '../../values/base/value.ts';
import { type Mode, parseMode } from './file-mode.ts';

// Parts of the argument schemas of modules. An error message tells the mistake ("must be …") and, on a new line, the
// remedy.

/**
 * Key of `meta` that marks a form of an argument that only the engine makes. Documentation and editors leave such a
 * form out.
 */
export const UNWRITTEN = 'unwritten';

/**
 * Key of `meta` that marks a text for which a whole number may be written: its digits are the text. Editors accept the
 * number.
 */
export const ALSO_DIGITS = 'alsoDigits';

const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');

/** Writes a whole number as its digits; returns any other value as it is. */
function digitsAsText(value: unknown): unknown {
  return Number.isSafeInteger(value) ? String(value) : value;
}

/**
 * Adds to a schema of texts that a whole number may be written: its digits are the text. A fraction and a boolean stay
 * what they are, because their text is not known: 1.0 or 1.
 */
export function alsoDigits<Read>(schema: z.ZodType<Read>): z.ZodType<Read> {
  return z.preprocess(digitsAsText, schema).meta({ type: 'string', [ALSO_DIGITS]: true });
}

/** A text that may be secret and, in a plan, may be unknown. */
export function text(): z.ZodType<string | Secret | Unknown> {
  return alsoDigits(
    z.custom<string | Secret | Unknown>(
      (value) => isText(value) || value instanceof Secret || value instanceof Unknown,
      { error: notText },
    ),
  );
}

/** A text that may be unknown in a plan, but is never secret. */
export function openText(): z.ZodType<string | Unknown> {
  return alsoDigits(
    z.custom<string | Unknown>((value) => isText(value) || value instanceof Unknown, { error: notText }),
  );
}

/** A text that must be known and may be secret. */
export function secretText(): z.ZodType<string | Secret> {
  return alsoDigits(z.custom<string | Secret>((value) => isText(value) || value instanceof Secret, { error: notText }));
}

/** A text that must be known and is not secret. */
export function plainText(): z.ZodType<string> {
  return alsoDigits(z.custom<string>(isText, { error: notText }));
}

/** A text that must be known, is not secret and must not be empty. */
export function filledText(): z.ZodType<string> {
  return alsoDigits(
    z.custom<string>((value) => isText(value) && value !== '', {
      error: ({ input }) => (input === '' ? 'must not be empty' : notText({ input })),
    }),
  );
}

/** A command for a shell: the text must hold more than white space, because an empty one succeeds and does nothing. */
export function filledCommand<Read extends string | Secret | Unknown>(schema: z.ZodType<Read>): z.ZodType<Read> {
  return schema.refine(
    (value) => {
      const plain = value instanceof Secret ? value.reveal() : value;
      return typeof plain !== 'string' || plain.trim() !== '';
    },
    { error: 'must not be empty\nWrite the command; when: leaves the task out where there is none.' },
  );
}

/** Any value, known or not: for debug and set_fact. */
export function anyValue(): z.ZodType<Value> {
  return z.custom<Value>((value) => value !== undefined).meta({});
}

/** An absolute path on the host. Needless slashes are removed, also those at the end. */
export function path(): z.ZodType<string> {
  return z
    .string({ error: ({ input }) => notText({ input }) })
    .superRefine((value, context) => {
      const message = pathFault(value);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .transform(tidyPath);
}

/**
 * Like `path`, but a path without a slash at its beginning is accepted: it is relative to the directory of the task
 * (`belowChdir`).
 */
export function pathBelow(): z.ZodType<string> {
  return z
    .string({ error: ({ input }) => notText({ input }) })
    .superRefine((value, context) => {
      const message = pathFault(value.startsWith('/') || value === '' || value.startsWith('~') ? value : `/${value}`);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .transform((value) => (value.startsWith('/') ? tidyPath(value) : tidyPath(`/${value}`).slice(1)));
}

/** Adds the rule that paths without a slash at their beginning need `chdir`. */
export function belowChdir<Schema extends z.ZodObject>(
  schema: Schema,
  names: readonly (keyof Schema['shape'] & string)[],
): Schema {
  return schema.superRefine((value, context) => {
    const given: Readonly<Record<string, unknown>> = value;
    if (given['chdir'] !== undefined) return;
    for (const name of names) {
      const path = given[name];
      if (typeof path === 'string' && !path.startsWith('/'))
        context.addIssue({
          code: 'custom',
          path: [name],
          message: 'must be an absolute path\nBegin it with a slash, or give chdir: it lies below that directory then.',
        });
    }
  });
}

/** Like `path`, but a slash at the end is kept: it means a directory. */
export function pathOrDirectory(): z.ZodType<string> {
  return z
    .string({ error: ({ input }) => notText({ input }) })
    .superRefine((value, context) => {
      const message = pathFault(value);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .transform((value) => (value.endsWith('/') && tidyPath(value) !== '/' ? `${tidyPath(value)}/` : tidyPath(value)));
}

/** Matches nearly all paths: they are correct and need no tidying. */
const TIDY_PATH = /^(?:\/[A-Za-z0-9_][A-Za-z0-9_.+-]{0,200})+$/;

function pathFault(value: string): string | undefined {
  if (TIDY_PATH.test(value)) return undefined;
  if (value === '') return 'must not be empty';
  if (value.includes('\0')) return 'must not hold a NUL byte';
  if (value.startsWith('~')) return `must be an absolute path\n${homeRemedy(value)}`;
  if (!value.startsWith('/')) return 'must be an absolute path\nBegin it with a slash.';
  if (value.split('/').includes('..')) return 'must not hold ".."\nWrite out the path that is meant.';
  const long = value.split('/').find((name) => Buffer.byteLength(name) > 255);
  return long === undefined ? undefined : 'must not hold a name of more than 255 bytes';
}

function homeRemedy(value: string): string {
  const [, user = ''] = /^~([^/]*)/.exec(value) ?? [];
  if (user === '') return 'Write {{facts.home}}/… for what lies in the home directory of the user who logs in.';
  return `Write {{u.home}}/… after a task that registers the account: user: { name: ${user} }, register: u.`;
}

function tidyPath(value: string): string {
  if (TIDY_PATH.test(value)) return value;
  const names = value.split('/').filter((name) => name !== '' && name !== '.');
  return `/${names.join('/')}`;
}

/** Permission bits: "0644" or u=rw,go=r. */
export function mode(): z.ZodType<Mode> {
  return modeText(isMode).transform((value): Mode => parseMode(value) ?? z.NEVER);
}

/** Permission bits, or `preserve` for those of the source. */
export function modeOrPreserve(): z.ZodType<Mode | 'preserve'> {
  return modeText((value) => value === 'preserve' || isMode(value)).transform((value) =>
    value === 'preserve' ? value : (parseMode(value) ?? z.NEVER),
  );
}

function isMode(value: string): boolean {
  return parseMode(value) !== undefined;
}

function modeText(isRight: (value: string) => boolean): z.ZodType<string> {
  return z
    .custom<string>((value) => typeof value === 'string' && isRight(value), {
      error: ({ input }) =>
        typeof input === 'number'
          ? `must be a text, as YAML reads ${input} as a number\nWrite it in quotes: "0644"`
          : 'must be permission bits\nWrite octal digits in quotes ("0644"), or what chmod takes ("u=rw,go=r").',
    })
    .meta({ type: 'string' });
}

/** A user or group, by name or number. */
export interface Account {
  readonly name: string | undefined;
  readonly id: number | undefined;
}

/** A user or group, by name or number. Digits in a text are a number. The name has no `:`, `/` or line end. */
export function account(): z.ZodType<Account> {
  return z
    .custom<string | number>(
      (value) =>
        typeof value === 'number'
          ? Number.isSafeInteger(value) && value >= 0
          : isText(value) && /^[A-Za-z0-9_][^:/\n]*\$?$/.test(value),
      {
        error: 'must be the name or the number of an account',
      },
    )
    .transform((value): Account =>
      typeof value === 'number' || /^[0-9]+$/.test(value)
        ? { name: undefined, id: Number(value) }
        : { name: value, id: undefined },
    );
}

/** true or false, or a word that Ansible reads as one of them, such as yes. */
export function boolean(): z.ZodType<boolean> {
  return z
    .custom<boolean>((value) => booleanOf(value) !== undefined, { error: 'must be true or false' })
    .transform((value) => booleanOf(value) === true)
    .meta({ type: 'boolean' });
}

/** Returns whether a schema takes what `boolean` takes, and no other text. */
export function isBoolean(schema: z.core.$ZodType): boolean {
  const takes = (value: unknown): boolean => z.safeParse(schema, value).success;
  return takes(true) && takes('yes') && takes('off') && !takes('-');
}

/** A whole number, given as a number or as digits. */
export function wholeNumber({
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
}: { readonly min?: number; readonly max?: number } = {}): z.ZodType<number> {
  return z
    .custom<string | number>(
      (value) => {
        const number = typeof value === 'string' && /^-?[0-9]+$/.test(value) ? Number(value) : value;
        return typeof number === 'number' && Number.isSafeInteger(number) && number >= min && number <= max;
      },
      max === Number.MAX_SAFE_INTEGER
        ? `must be a whole number, at least ${min}`
        : `must be a whole number from ${min} to ${max}`,
    )
    .transform(Number)
    .meta({ type: 'integer' });
}

/** One text or a list of texts. Whole numbers are texts. */
const textOrTexts = z.preprocess(
  (value): unknown => (Array.isArray(value) ? value.map(digitsAsText) : digitsAsText(value)),
  z.custom<string | readonly string[]>(
    (value) => isText(value) || (Array.isArray(value) && value.every(isText)),
    'must be a text or a list of texts',
  ),
);

/** One text or a list of texts; always returned as a list. */
export function textList(): z.ZodType<readonly string[]> {
  return textOrTexts.transform((value) => (typeof value === 'string' ? [value] : value));
}

/** Like `textList`, but a text is split at its commas, as in Ansible. */
export function commaList({ mayBeEmpty = false }: { readonly mayBeEmpty?: boolean } = {}): z.ZodType<
  readonly string[]
> {
  return textOrTexts
    .refine((value) => mayBeEmpty || typeof value !== 'string' || partedAtCommas(value).length > 0, 'must not be empty')
    .transform((value) => (typeof value === 'string' ? partedAtCommas(value) : value));
}

/** Absolute paths: a list of them, or one text that is split at its commas. */
export function pathList(): z.ZodType<readonly string[]> {
  return commaList()
    .superRefine((paths, context) => {
      for (const one of paths) {
        const message = pathFault(one);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      }
    })
    .transform((paths) => paths.map(tidyPath));
}

function partedAtCommas(text: string): readonly string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** Adds the rule that exactly one of these arguments must be given. */
export function exactlyOne<Schema extends z.ZodObject>(
  schema: Schema,
  names: readonly (keyof Schema['shape'] & string)[],
): Schema {
  return ruled(schema, (given) => {
    const there = names.filter((name) => given.has(name));
    if (there.length === 1) return undefined;
    return there.length === 0
      ? `give one of ${names.join(', ')}\nAdd ${names.map((name) => `${name}:`).join(' or ')}.`
      : together(there);
  });
}

function together(names: readonly string[]): string {
  return `${names.join(' and ')} cannot be given together\nRemove all of them but one.`;
}

/** Adds the rule that at most one of these arguments may be given. */
export function atMostOne<Schema extends z.ZodObject>(
  schema: Schema,
  names: readonly (keyof Schema['shape'] & string)[],
): Schema {
  return ruled(schema, (given) => {
    const there = names.filter((name) => given.has(name));
    return there.length < 2 ? undefined : together(there);
  });
}

/** The names of the given arguments. */
type Given = Pick<ReadonlySet<string>, 'has'>;

/** Adds a rule about the presence of arguments. It is also checked at load time, before their values are known. */
function ruled<Schema extends z.ZodObject>(schema: Schema, fault: (given: Given) => string | undefined): Schema {
  const faultOf = (value: unknown): string | undefined => {
    if (typeof value !== 'object' || value === null) return undefined;
    const has = (name: string): boolean => Object.hasOwn(value, name) && Reflect.get(value, name) !== undefined;
    return fault({ has });
  };
  return schema.refine((value) => faultOf(value) === undefined, {
    when: () => true,
    error: ({ input }) => faultOf(input) ?? 'the arguments do not fit together',
    params: { whole: true },
  });
}

function notText({ input }: { readonly input?: unknown }): string {
  if (typeof input === 'number' || typeof input === 'boolean')
    return `must be a text\nWrite it in quotes: "${input}". For a variable write {{string NAME}}.`;
  if (typeof input === 'string') return 'must not hold a NUL byte';
  return isList(input as Value) ? 'must be a text, not a list' : 'must be a text';
}
