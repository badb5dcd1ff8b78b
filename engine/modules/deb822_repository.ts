import { z } from 'zod';
import type { Seen } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { idle } from '../values/habits/foreign-argument.ts';
import { boolean, filledText, mode, textList, wholeNumber } from './base/arguments.ts';
import { parseMode } from './base/file-mode.ts';
import { type Context, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { editOutcome, editText, textNeeds } from './edit/text-edit.ts';
import { planAbsent } from './file/file-absent.ts';

const list = (what: string): z.ZodType<readonly string[] | undefined> =>
  textList()
    .refine(
      (all) => all.every((one) => /^\S+$/.test(one)),
      `must be ${what}, each without blanks\nWrite several as a list.`,
    )
    .optional();
const line = (): z.ZodType<string | undefined> =>
  filledText()
    .refine((value) => !value.includes('\n'), 'must be one line')
    .optional();

const fields = {
  types: list('deb or deb-src').describe('deb, deb-src, or both. Default: deb.'),
  uris: list('addresses').describe('The addresses of the repository.'),
  suites: list('suites').describe('The suites, such as bookworm. A path with a slash at its end needs no components.'),
  components: list('components').describe('The components, such as main.'),
  architectures: list('architectures').describe('The only architectures that are taken.'),
  languages: list('languages').describe('The languages of descriptions.'),
  targets: list('targets').describe('The kinds of indexes that are downloaded from the repository.'),
  signed_by: filledText()
    .refine(
      (value) => !/^\w+:\/\//.test(value),
      'must be a path of the host, a fingerprint or a key\nBring the key by get_url into /etc/apt/keyrings, and write its path.',
    )
    .optional()
    .describe(
      'The path of the key on the host (/etc/apt/keyrings/x.asc), its fingerprint, or the key itself in ASCII.',
    ),
  enabled: boolean().optional().describe('Whether apt uses the repository.'),
  trusted: boolean()
    .optional()
    .describe('true: the repository counts as signed. false: it never does. Default: its signature decides.'),
  by_hash: boolean().optional().describe('Whether indexes are fetched by their digests.'),
  check_date: boolean().optional().describe('Whether a repository whose date is in the future is refused.'),
  check_valid_until: boolean().optional().describe('Whether an expired repository is refused.'),
  allow_insecure: boolean().optional().describe('Whether a repository without a signature is accepted.'),
  allow_weak: boolean().optional().describe('Whether a weak signature is accepted.'),
  allow_downgrade_to_insecure: boolean().optional().describe('Whether a repository may lose its signature.'),
  date_max_future: wholeNumber()
    .optional()
    .describe('The number of seconds that the date of the repository may be in the future.'),
  inrelease_path: line().describe('The path of the InRelease file of the repository.'),
  pdiffs: boolean().optional().describe('Whether only changes of indexes are fetched.'),
  exclude: list('names of packages').describe('Packages that are not taken from the repository.'),
  include: list('names of packages').describe('The only packages that are taken from the repository.'),
};

const schema = z.strictObject({
  name: filledText()
    .refine((name) => !name.includes('\n') && slugOf(name) !== '', 'must be a name with letters or digits, in one line')
    .describe('The name of the repository. The name of its file is made from it.'),
  ...fields,
  mode: mode()
    .default(() => parseMode('0644') ?? z.NEVER)
    .describe('Permission bits of the file. Default: 0644.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the file of the repository exists.'),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'deb822_repository',
  summary: 'Manage package repositories of Debian and its derivatives, each in a file of the format deb822.',
  arguments: schema,
  foreign: { install_python_debian: idle('nothing here needs Python on the host.') },
  examples: [
    'deb822_repository: { name: docker, uris: https://download.docker.com/linux/debian, suites: bookworm, components: stable, signed_by: /etc/apt/keyrings/docker.asc }',
    'deb822_repository: { name: old-mirror, state: absent }',
  ],
  observes: ({ name, state }) => [...textNeeds(pathOf(name)), ...(state === 'absent' ? [file(pathOf(name))] : [])],
  plan: (args, _loaded, seen, context) =>
    forRootAlone(plan(args, seen, context), 'the repositories of the host', context),
});

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  if (context.facts.package_manager !== 'apt')
    return {
      kind: 'impossible',
      what: 'This host does not use apt',
      remedy: 'Leave it out with when: facts.package_manager == "apt"',
    };
  const path = pathOf(args.name);
  if (args.state === 'absent') return planAbsent({ path, unsafe_path: false }, seen, context);
  if (args.uris === undefined || args.suites === undefined)
    return {
      kind: 'impossible',
      what: `the repository ${args.name} has no ${args.uris === undefined ? 'uris' : 'suites'}`,
      remedy: 'Write both: uris with its addresses, suites with names such as bookworm.',
    };
  const text = textOf(args);
  const edit = editText(path, () => text, { seen, context }, { mode: args.mode });
  if (edit.kind !== 'edit') return edit;
  return editOutcome(path, edit, { repo: text, dest: path, key_filename: null }, seen);
}

/** Returns the name of the file, as Ansible makes it of the name of the repository. */
function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[_\s]+/g, '-')
    .replace(/[^a-z0-9-]+/g, '');
}

function pathOf(name: string): string {
  return `/etc/apt/sources.list.d/${slugOf(name)}.sources`;
}

/** Returns the file as Ansible writes it: the fields in the order of the names of the arguments. */
function textOf(args: Arguments): string {
  const given: Readonly<Record<string, unknown>> = { ...args, types: args.types ?? ['deb'] };
  return [...Object.keys(fields), 'name']
    .toSorted()
    .flatMap((name) => {
      const value = given[name];
      return value === undefined ? [] : [`${fieldName(name)}:${written(value)}\n`];
    })
    .join('');
}

function fieldName(argument: string): string {
  if (argument === 'name') return 'X-Repolib-Name';
  if (argument === 'uris') return 'URIs';
  return argument
    .split('_')
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join('-');
}

function written(value: unknown): string {
  if (typeof value === 'boolean') return value ? ' yes' : ' no';
  if (Array.isArray(value)) return ` ${value.join(' ')}`;
  const text = String(value).trim();
  if (!text.includes('\n')) return ` ${text}`;
  return `\n${text
    .split('\n')
    .map((one) => `    ${one.trim() === '' ? '.' : one.trim()}`)
    .join('\n')}`;
}
