import { z } from 'zod';
import { alsoDigits, boolean, path, textList } from './base/arguments.ts';
import { type Context, type Impossible, defineModule } from './base/module.ts';
import { type EditArguments, editRequests, planEdit } from './edit/edit-file.ts';
import { type KnownHost, editKnownHosts, namesHost, parseKnownHost } from './edit/known-hosts-edit.ts';
import { unsafePath } from './path/file-attributes.ts';

const schema = z
  .strictObject({
    name: alsoDigits(
      z
        .string({ error: 'must be a text' })
        .regex(/^(?:\[[A-Za-z0-9_.:-]+\]:[0-9]+|[A-Za-z0-9_][A-Za-z0-9_.:-]*)$/, 'must be a host, or [host]:port'),
    ).describe('The name of the host, as in the call of ssh; [host]:port if the port is not 22.'),
    key: textList()
      .default([])
      .describe('The lines with the keys, as ssh-keyscan prints them. With state absent, only these keys are removed.'),
    path: path()
      .optional()
      .describe(
        'The file. Default: .ssh/known_hosts in the home directory of the user of the task. For all users: /etc/ssh/ssh_known_hosts.',
      ),
    hash_host: boolean().default(false).describe('Whether a new line has the name as a hash.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether ssh knows the keys of the host.'),
    unsafe_path: unsafePath(),
  })
  .refine(({ key, state }) => state === 'absent' || key.some((text) => text.trim() !== ''), {
    path: ['key'],
    message: 'must be given\nGive the lines that ssh-keyscan prints, after you have compared them with the host.',
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'known_hosts',
  summary: 'Add the keys of a host to a known_hosts file of ssh, or remove them.',
  arguments: schema,
  aliases: { host: 'name' },
  examples: [
    'known_hosts: { name: git.example.org, key: "git.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIiXCjh4t02f/fgH6r1qWwjiHM7EPgoodNZ095FcXboZ" }',
    'known_hosts: { name: old.example.org, path: /etc/ssh/ssh_known_hosts, state: absent }',
  ],
  observes(args, _loaded, context) {
    const edit = editOf(args, context);
    return 'kind' in edit ? [] : editRequests(edit, context);
  },
  plan(args, _loaded, seen, context) {
    const edit = editOf(args, context);
    if ('kind' in edit) return edit;
    const keys = keysOf(args);
    if ('kind' in keys) return keys;
    const { name, state, hash_host: isHashed } = args;
    return planEdit(
      edit,
      '',
      (before) =>
        before === undefined && state === 'absent'
          ? undefined
          : editKnownHosts(before ?? '', { name, keys, state, isHashed }),
      { seen, context },
    );
  },
});

/** Returns the arguments for the edit, or why the file of the user is not known. */
function editOf(args: Arguments, { user, facts }: Context): EditArguments | Impossible {
  const home = user === facts.user ? facts.home : user === 'root' ? '/root' : undefined;
  const file = args.path ?? (home === undefined ? undefined : `${home}/.ssh/known_hosts`);
  if (file === undefined)
    return {
      kind: 'impossible',
      what: `the home directory of ${user} is not known`,
      remedy: 'Give path: the file .ssh/known_hosts in this directory, or /etc/ssh/ssh_known_hosts for all users.',
    };
  return { path: file, create: true, backup: false, unsafe_writes: false, unsafe_path: args.unsafe_path };
}

function keysOf({ key, name }: Arguments): readonly KnownHost[] | Impossible {
  const lines = key
    .flatMap((text) => text.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const keys: KnownHost[] = [];
  for (const [index, line] of lines.entries()) {
    const one = parseKnownHost(line);
    if (one === undefined || !namesHost(one, name))
      return {
        kind: 'impossible',
        what:
          one === undefined
            ? `line ${index + 1} of key is not a line of a file of known hosts`
            : `line ${index + 1} of key is for ${one.hosts.join(',')}, not for ${name}`,
        remedy: `Write host, type and key, as ssh-keyscan prints them: ${name} ssh-ed25519 AAAA…`,
      };
    keys.push(one);
  }
  return keys;
}
