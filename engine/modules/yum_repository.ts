import { z } from 'zod';
import type { Seen } from '../resources/base/resource.ts';
import { alsoDigits, boolean, textList, wholeNumber } from './base/arguments.ts';
import { type Context, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { editOutcome, editText, textNeeds } from './edit/text-edit.ts';
import { foreignRepositoryArguments } from './system/repository-foreign.ts';

const line = alsoDigits(z.string().regex(/^[^\n]+$/, 'must be one line'));
const words = (): z.ZodType<readonly string[]> =>
  textList().refine(
    (all) => all.every((one) => !one.includes('\n')),
    'must hold no line end\nWrite several as a list.',
  );

const schema = z.strictObject({
  name: alsoDigits(z.string().regex(/^[A-Za-z0-9_.:-]+$/, 'must be an id: letters, digits, . _ : -')).describe(
    'Id of the repository.',
  ),
  description: line.optional().describe('The name that people read. Default: the id.'),
  baseurl: words().optional().describe('The addresses of the repository.'),
  mirrorlist: line.optional().describe('Address of a list of mirrors.'),
  metalink: line.optional().describe('Address of a metalink.'),
  gpgcheck: boolean().default(true).describe('Whether signatures of packages are checked.'),
  repo_gpgcheck: boolean().optional().describe('Whether the signature of the index is checked.'),
  gpgkey: words().optional().describe('The addresses of the keys for the signatures.'),
  enabled: boolean().default(true).describe('Whether packages are taken from the repository.'),
  priority: wholeNumber({ max: 99 }).optional().describe('The priority. The lowest number wins.'),
  exclude: words().optional().describe('Packages that are not taken from the repository.'),
  includepkgs: words().optional().describe('The only packages that are taken from the repository.'),
  module_hotfixes: boolean().optional().describe('Whether module filtering is off for the repository.'),
  sslverify: boolean().optional().describe('Whether the certificate of the server is checked.'),
  sslcacert: line.optional().describe('The path of the authority that has issued the certificate of the server.'),
  proxy: line.optional().describe('Address of a proxy, or _none_.'),
  file: alsoDigits(z.string().regex(/^[A-Za-z0-9_.-]+$/, 'must be a file name'))
    .optional()
    .describe('Name of the file in /etc/yum.repos.d, without .repo. Default: the id.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the repository exists in its file.'),
});

type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'yum_repository',
  summary: 'Manage package repositories of RHEL and its derivatives.',
  arguments: schema,
  aliases: { excludepkgs: 'exclude', ca_cert: 'sslcacert', validate_certs: 'sslverify' },
  foreign: {
    ...foreignRepositoryArguments,
  },
  examples: [
    'yum_repository: { name: kubernetes, baseurl: https://pkgs.k8s.io/core:/stable:/v1.36/rpm/, gpgkey: https://pkgs.k8s.io/core:/stable:/v1.36/rpm/repodata/repomd.xml.key }',
  ],
  observes: (args) => textNeeds(fileOf(args)),
  plan: (args, _loaded, seen, context) =>
    forRootAlone(plan(args, seen, context), 'the repositories of the host', context),
});

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  if (
    args.state === 'present' &&
    args.baseurl === undefined &&
    args.mirrorlist === undefined &&
    args.metalink === undefined
  ) {
    return {
      kind: 'impossible',
      what: `The repository ${args.name} has no address`,
      remedy: 'Give baseurl, mirrorlist or metalink',
    };
  }
  const path = fileOf(args);
  const edit = editText(path, (text) => editSection(text, args), { seen, context });
  if (edit.kind !== 'edit') return edit;
  return editOutcome(path, edit, { repo: args.name, state: args.state, dest: path }, seen);
}

function fileOf({ name, file }: Arguments): string {
  return `/etc/yum.repos.d/${file ?? name.replaceAll(':', '_')}.repo`;
}

/**
 * Replaces the whole section: settings that the task does not give get their defaults. Other sections stay as they are.
 */
function editSection(text: string, args: Arguments): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const start = lines.findIndex((one) => one.trim() === `[${args.name}]`);
  const next = lines.findIndex((one, index) => index > start && /^\s*\[/.test(one));
  const end = start < 0 ? -1 : next < 0 ? lines.length : next;
  const section = args.state === 'absent' ? [] : sectionOf(args);
  const old = start < 0 ? [] : lines.slice(start, end);
  const trailing = old.length > 0 && section.length > 0 && end < lines.length && old.at(-1) === '' ? [''] : [];
  if (old.filter((one) => one.trim() !== '').join('\n') === section.join('\n')) return text;
  const after =
    start < 0
      ? [...lines, ...(lines.length === 0 || section.length === 0 ? [] : ['']), ...section]
      : [...lines.slice(0, start), ...section, ...trailing, ...lines.slice(end)];
  return after.map((one) => `${one}\n`).join('');
}

function sectionOf(args: Arguments): readonly string[] {
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['name', args.description ?? args.name],
    ['baseurl', args.baseurl?.join(' ')],
    ['mirrorlist', args.mirrorlist],
    ['metalink', args.metalink],
    ['enabled', flag(args.enabled)],
    ['gpgcheck', flag(args.gpgcheck)],
    ['repo_gpgcheck', flag(args.repo_gpgcheck)],
    ['gpgkey', args.gpgkey?.join(' ')],
    ['priority', args.priority === undefined ? undefined : String(args.priority)],
    ['exclude', args.exclude?.join(' ')],
    ['includepkgs', args.includepkgs?.join(' ')],
    ['module_hotfixes', flag(args.module_hotfixes)],
    ['sslverify', flag(args.sslverify)],
    ['sslcacert', args.sslcacert],
    ['proxy', args.proxy],
  ];
  return [`[${args.name}]`, ...fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))];
}

function flag(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? '1' : '0';
}
