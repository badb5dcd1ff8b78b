import { z } from 'zod';
import { revealedOrEmpty } from '../values/base/revealed.ts';
import { Secret } from '../values/base/secret.ts';
import { Unknown } from '../values/base/value.ts';
import { idle } from '../values/habits/foreign-argument.ts';
import { boolean, filledText, plainText, text } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { editArguments, editRequests, pathAliases, planEdit } from './edit/edit-file.ts';
import { type IniCondition, editIni } from './edit/ini-edit.ts';
import { foreignFileArguments } from './write/file-write-arguments.ts';

const oneLine = (what: string): z.ZodType<string> =>
  filledText().refine((value) => !/[\r\n]/.test(value), `must be ${what}, in one line`);

const value = (): z.ZodType<string | Secret | Unknown> =>
  z
    .union([z.number(), text()], {
      error: 'must be a text or a number\nWrite true and false in quotes, as the file has them.',
    })
    .transform((given) => (typeof given === 'number' ? String(given) : given))
    .refine(
      (given) => given instanceof Unknown || !/[\r\n]/.test(revealedOrEmpty(given)),
      'must be one line\nGive several lines of the same option by values.',
    );

const condition = z.strictObject({
  option: oneLine('the name of an option').describe('The option that the section must have.'),
  value: plainText().optional().describe('Its value. Default: any value.'),
  values: z.array(plainText()).optional().describe('Its possible values. The option must have one of them.'),
});

const schema = z
  .strictObject({
    ...editArguments,
    create: boolean().default(true).describe('Whether a missing file is made, with its directory.'),
    section: oneLine('the name of a section')
      .nullish()
      .transform((name) => name ?? undefined)
      .describe(
        'The section. It is added if it is missing. Without section, the task is about the lines before the first section.',
      ),
    section_has_values: z
      .array(condition)
      .default([])
      .describe('Options that select one of several sections with the same name.'),
    option: oneLine('the name of an option')
      .optional()
      .describe('The option. Without option, the task is about the whole section.'),
    value: value().optional().describe('The value of the option. It may be secret.'),
    values: z
      .array(value())
      .optional()
      .describe('The values of an option that may have several lines, one value for each line.'),
    exclusive: boolean()
      .default(true)
      .describe(
        'Whether other lines of the option are removed. With state absent: whether lines with any value are removed.',
      ),
    no_extra_spaces: boolean().default(false).describe('Whether a new line has no blanks around the equals sign.'),
    ignore_spaces: boolean()
      .default(false)
      .describe('Whether a line stays unchanged if it differs only in the blanks around the equals sign.'),
    allow_no_value: boolean().default(false).describe('Whether the option may have no value and no equals sign.'),
    modify_inactive_option: boolean().default(true).describe('Whether a commented line with the option is replaced.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the option or the section exists.'),
  })
  .refine(({ value: one, values }) => one === undefined || values === undefined, {
    path: ['values'],
    message: 'cannot be given together with value\nRemove one of them.',
  })
  .refine(({ section, option }) => section !== undefined || option !== undefined, {
    path: ['option'],
    message: 'must be given if there is no section\nName the option, or the section that is meant as a whole.',
  })
  .refine(
    (given) =>
      given.state === 'absent' ||
      given.option === undefined ||
      given.allow_no_value ||
      given.value !== undefined ||
      (given.values ?? []).length > 0,
    { path: ['value'], message: 'must be given for an option\nGive value, or set allow_no_value: true.' },
  );
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'ini_file',
  summary: 'Set or remove one option, or a section, in an INI file.',
  arguments: schema,
  aliases: pathAliases,
  foreign: { ...foreignFileArguments, follow: idle('a link is followed.') },
  examples: [
    'ini_file: { path: /etc/php/8.2/fpm/php.ini, section: PHP, option: memory_limit, value: 256M }',
    'ini_file: { path: /etc/systemd/journald.conf, section: Journal, option: SystemMaxUse, value: 1G, no_extra_spaces: true }',
  ],
  isQuiet: true,
  observes: (args, _loaded, context) => editRequests(args, context),
  plan(args, _loaded, seen, context) {
    const given = args.value === undefined ? (args.values ?? []) : [args.value];
    const values = given.map((one) => (one instanceof Unknown ? '' : revealedOrEmpty(one)));
    return planEdit(args, insertedOf(given), (before) => edited(args, values, before), { seen, context });
  },
});

function edited(args: Arguments, values: readonly string[], before: string | undefined): string | undefined {
  if (before === undefined && args.state === 'absent') return undefined;
  return editIni(before ?? '', {
    section: args.section,
    having: args.section_has_values.map(({ option, value: one, values: all = [] }): IniCondition => ({
      option,
      values: one === undefined ? all : [one],
    })),
    option: args.option,
    values,
    state: args.state,
    exclusive: args.exclusive,
    separator: args.no_extra_spaces ? '=' : ' = ',
    ignoreSpaces: args.ignore_spaces,
    allowNoValue: args.allow_no_value,
    usesInactive: args.modify_inactive_option,
  });
}

/** Returns what the edit adds: secret or unknown if a value is. */
function insertedOf(values: readonly (string | Secret | Unknown)[]): string | Secret | Unknown {
  const unknown = values.find((one) => one instanceof Unknown);
  return unknown ?? values.find((one) => one instanceof Secret) ?? '';
}
