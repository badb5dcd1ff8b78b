import { z } from 'zod';
import { type Seen, predict } from '../resources/base/resource.ts';
import { file, wholeFile } from '../resources/file.ts';
import { endOf } from '../resources/file/file-state.ts';
import { hasLocale, localesRequest } from '../resources/locales.ts';
import { commaList } from './base/arguments.ts';
import { type Context, type Difference, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { editText, textNeeds } from './edit/text-edit.ts';

/** The list that locale-gen reads: locale-gen(8). A line that begins with # is not generated. */
const FILE = '/etc/locale.gen';
/** The file with the locales that the C library can generate: one line for each, with the character set. */
const SUPPORTED = file('/usr/share/i18n/SUPPORTED', 'content');

const schema = z.strictObject({
  name: commaList()
    .refine(
      (names) => names.every((name) => /^[A-Za-z0-9]+(_[A-Za-z0-9]+)?(\.[A-Za-z0-9-]+)?(@[A-Za-z0-9]+)?$/.test(name)),
      'must be a locale, such as de_DE.UTF-8',
    )
    .describe('The locales, with the names in /usr/share/i18n/SUPPORTED of the host.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether programs can use the locales.'),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'locale_gen',
  summary: 'Generate locales on Debian and its derivatives, and remove them.',
  arguments: schema,
  freeForm: 'name',
  examples: ['locale_gen: { name: [de_DE.UTF-8, en_US.UTF-8] }'],
  observes: () => [localesRequest(), SUPPORTED, ...textNeeds(FILE)],
  plan: (args, _loaded, seen, context) => forRootAlone(plan(args, seen, context), 'the locales of the host', context),
});

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const state = seen.of(localesRequest());
  const result = { name: args.name, state: args.state };
  const isWanted = args.state === 'present';
  const differing = args.name.filter((name) => hasLocale(state, name) !== isWanted);
  const isSure = seen.certainty(localesRequest()) === 'certain';
  if (differing.length === 0) {
    if (isSure) return { kind: 'in_sync', result };
    return { kind: 'cannot_know', because: 'an earlier change that may bring or remove locales', planned: result };
  }
  const list = endOf(seen.of(wholeFile(FILE)));
  if (list?.type === 'absent') return withoutList(seen, context);
  const supported = supportedOf(seen);
  let unknown: readonly string[] = [];
  const edit = editText(
    FILE,
    (text) => {
      const lines = [...text.split('\n'), ...supported];
      unknown = isWanted ? differing.filter((name) => lineOf(lines, name) === undefined) : [];
      return isWanted ? enabled(text, differing, supported) : disabled(text, differing);
    },
    { seen, context },
  );
  if (edit.kind !== 'edit') return edit;
  if (unknown.length > 0) return notSupported(unknown);
  return {
    kind: 'change',
    differences: [
      ...differing.map((name): Difference => ({
        kind: 'field',
        of: 'locales',
        field: name,
        before: isWanted ? 'absent' : 'present',
        after: args.state,
      })),
      ...edit.differences,
    ],
    certainty: isSure && seen.certainty(wholeFile(FILE)) === 'certain' ? 'certain' : 'after_change',
    predictions: [
      predict(localesRequest(), {
        names: isWanted
          ? [...state.names, ...differing]
          : state.names.filter((one) => !differing.some((name) => hasLocale({ names: [one] }, name))),
      }),
      ...edit.predictions,
    ],
    touches: 'predicted',
    async apply() {
      const written = edit.differences.length === 0 ? undefined : await edit.apply();
      const script = written === undefined ? '' : `(\n${written.script}\n)\n[ $? = 0 ] || exit 1\n`;
      const { brief: _, repair: __, unsynced: ___, ...others } = written ?? { script: '' };
      return { ...others, script: `${script}locale-gen >&2\n` };
    },
    planned: result,
  };
}

function supportedOf(seen: Seen): readonly string[] {
  const there = endOf(seen.of(SUPPORTED));
  return there?.type === 'file' && there.content !== undefined ? there.content.toString('latin1').split('\n') : [];
}

/** Returns the line for a locale, without the # of a comment: name and character set. */
function lineOf(lines: readonly string[], name: string): string | undefined {
  const all = lines.map((line) => line.replace(/^[#\s]+/, '').trim());
  return all.find((line) => line.startsWith(`${name} `) && /^\S+ \S+$/.test(line));
}

function enabled(text: string, names: readonly string[], supported: readonly string[]): string {
  return names.reduce((before, name) => {
    const lines = before.replace(/\n$/, '').split('\n');
    if (lines.some((line) => isActive(line, name))) return before;
    const at = lines.findIndex((line) => line.trimStart().startsWith('#') && lineOf([line], name) !== undefined);
    const line = lineOf([...lines, ...supported], name);
    if (line === undefined) return before;
    const after = at < 0 ? [...lines.filter((one, index) => one !== '' || index > 0), line] : lines.with(at, line);
    return `${after.join('\n')}\n`;
  }, text);
}

function disabled(text: string, names: readonly string[]): string {
  return text
    .split('\n')
    .map((line) => (names.some((name) => isActive(line, name)) ? `# ${line}` : line))
    .join('\n');
}

function isActive(line: string, name: string): boolean {
  return line.trim() === name || line.trimStart().startsWith(`${name} `);
}

function withoutList(seen: Seen, { facts }: Context): Outcome {
  if (seen.certainty(wholeFile(FILE)) === 'after_change')
    return { kind: 'cannot_know', because: `an earlier change that may bring ${FILE}` };
  return {
    kind: 'impossible',
    what: `this host has no ${FILE}, so locales are not generated from a list`,
    remedy:
      facts.package_manager === 'apt'
        ? 'Install the tools with a task before this one: package: { name: locales }'
        : 'Install the package with the locales of a language instead: package: { name: glibc-langpack-de }',
  };
}

function notSupported(names: readonly string[]): Outcome {
  return {
    kind: 'impossible',
    what: `this host cannot generate ${names.join(', ')}`,
    why: `Neither ${FILE} nor ${SUPPORTED.id} has a line for it.`,
    remedy: 'Write the name as it stands there, with the character set: de_DE.UTF-8.',
  };
}
