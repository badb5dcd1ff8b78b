import { z } from 'zod';
import type { Seen } from '../resources/base/resource.ts';
import { idle } from '../values/habits/foreign-argument.ts';
import { alsoDigits, boolean, mode } from './base/arguments.ts';
import { type Context, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { editOutcome, editText, textNeeds } from './edit/text-edit.ts';
import { packageLists } from './system/package-script.ts';

const schema = z.strictObject({
  repo: alsoDigits(
    z
      .string()
      .regex(
        /^deb(-src)?\s+(\[[^\]\n]*\]\s+)?\S+\s+\S[^\n]*$/,
        'must be a line of sources.list: deb [signed-by=…] https://… suite components\nFor a PPA write its whole line.',
      ),
  ).describe(
    'The line as in sources.list. Put the key of the repository into /etc/apt/keyrings by copy or get_url, and name it in signed-by.',
  ),
  state: z.enum(['present', 'absent']).default('present').describe('Whether packages are taken from the repository.'),
  filename: alsoDigits(z.string().regex(/^[A-Za-z0-9_.-]+$/, 'must be a file name'))
    .optional()
    .describe('Name of the file in /etc/apt/sources.list.d, without .list. The default follows from the address.'),
  mode: mode().optional().describe('Permission bits of the file. Write "0600" if the line contains a password.'),
  update_cache: boolean().default(true).describe('Whether the package lists are refreshed after a change.'),
});

type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'apt_repository',
  summary: 'Manage package repositories of Debian and its derivatives.',
  arguments: schema,
  freeForm: 'repo',
  aliases: { 'update-cache': 'update_cache' },
  foreign: {
    validate_certs: idle('only apt itself downloads from the repository.'),
    install_python_apt: idle('runbook needs no Python on the host.'),
    codename: 'Write the whole line of the PPA, with the codename of the distribution.',
    update_cache_retries: 'Write retries: and delay: at the task.',
    update_cache_retry_max_delay: 'Write retries: and delay: at the task.',
  },
  examples: [
    'apt_repository: { repo: "deb [signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/debian bookworm stable", filename: docker }',
  ],
  observes: (args) => textNeeds(fileOf(args)),
  plan: (args, _loaded, seen, context) =>
    forRootAlone(plan(args, seen, context), 'the repositories of the host', context),
});

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const path = fileOf(args);
  if (context.facts.package_manager !== 'apt')
    return {
      kind: 'impossible',
      what: 'This host does not use apt',
      remedy: 'Leave it out with when: facts.package_manager == "apt"',
    };
  const edit = editText(
    path,
    (text) => editSources(text, args),
    { seen, context },
    args.mode === undefined ? {} : { mode: args.mode },
  );
  if (edit.kind !== 'edit') return edit;
  const outcome = editOutcome(path, edit, { repo: args.repo, state: args.state, dest: path }, seen);
  if (outcome.kind !== 'change') return outcome;
  return {
    ...outcome,
    async apply() {
      const written = await edit.apply();
      return {
        ...written,
        script: args.update_cache ? `{ ${written.script}\n} || exit\n${packageLists('apt')}` : written.script,
        timeoutMs: 30 * 60_000,
      };
    },
  };
}

/**
 * Returns the path of the file, named as in Ansible: the address without scheme and password, with other characters as
 * `_`.
 */
function fileOf({ repo, filename }: Arguments): string {
  const [, address = '', suite = ''] = /^deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(repo) ?? [];
  const host = `${address.replace(/^\w+:\/\//, '').replace(/^[^/]*@/, '')} ${suite}`
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
  return `/etc/apt/sources.list.d/${filename ?? host}.list`;
}

function editSources(text: string, { repo, state }: Arguments): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const isThere = lines.some((line) => plain(line) === plain(repo));
  if (isThere === (state === 'present')) return text;
  const after = state === 'present' ? [...lines, plain(repo)] : lines.filter((line) => plain(line) !== plain(repo));
  return after.map((line) => `${line}\n`).join('');
}

function plain(line: string): string {
  return line.trim().replace(/\s+/g, ' ');
}
