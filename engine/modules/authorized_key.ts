import { createHash } from 'node:crypto';
import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type AuthorizedKeysState, authorizedKeysRequest } from '../resources/authorized-keys.ts';
import { type Prediction, type Seen, predict } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { describeType, nameOf, parentOf } from '../resources/file/file-state.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { alsoDigits, boolean, path, plainText, textList } from './base/arguments.ts';
import { type Apply, type Context, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { unsafePath } from './path/file-attributes.ts';
import { OWN_WAY, wayThrough, type UsableWay, type Way } from './path/way-to-path.ts';
import { type PublicKeyLine, parsePublicKey, publicKeyFault } from './system/public-key.ts';
import { ACCOUNT_NAME } from './system/user-arguments.ts';
import { asSubscript, writeFile } from './write/write-file.ts';

const schema = z.strictObject({
  user: alsoDigits(z.string().regex(ACCOUNT_NAME, 'must be the name of an account')).describe(
    'The user who may log in with the keys.',
  ),
  key: textList().describe('Public keys, one on each line, as in a .pub file: one text, or a list of texts.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the keys may log in.'),
  exclusive: boolean().default(false).describe('Whether all other keys are removed.'),
  key_options: plainText()
    .refine((options) => !/[\n\r]/.test(options), 'must be one line')
    .optional()
    .describe('Options that are written before each key: from="10.0.0.0/8",no-pty.'),
  comment: alsoDigits(z.string().regex(/^[^\n\r]*$/, 'must be one line'))
    .optional()
    .describe('The comment that is written after each key, in place of its own comment.'),
  path: path()
    .optional()
    .describe('The file of the keys. Default: .ssh/authorized_keys in the home directory of the user.'),
  manage_dir: boolean()
    .default(true)
    .describe(
      'Whether the folder of the file is made with mode 0700 if it does not exist. An existing folder stays unchanged.',
    ),
  unsafe_path: unsafePath(),
});

type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'authorized_key',
  summary: 'Manage the public keys that may log in as a user.',
  arguments: schema,
  foreign: {
    validate_certs: idleAs(
      [true],
      'Download the keys by uri with delegate_to: localhost and register: r, and write key: "{{r.content}}".',
    ),
    follow: idleAs([false], 'Write the target of the link in path:.'),
  },
  examples: ['authorized_key: { user: root, key: "{{admin_keys}}", exclusive: true }'],
  observes: (args) => [askedOf(args)],
  plan(args, _loaded, seen, context): Outcome {
    const keys = wantedKeys(args);
    if (!Array.isArray(keys)) return keys;
    const asked = askedOf(args);
    const state = seen.of(asked);
    if (!state.exists) return withoutUser(args, seen);
    const before = linesOf(state.content);
    const after = edit(before, keys, args);
    if (after.join('\n') === before.join('\n'))
      return { kind: 'in_sync', result: { user: args.user, keyfile: state.path ?? '' } };
    const { path: target } = state;
    if (target === undefined)
      return { kind: 'cannot_know', because: `the home directory of ${args.user} is known after the change` };
    const fault = folderFault(args, target, seen);
    if (fault !== undefined) return fault;
    const way = args.unsafe_path ? OWN_WAY : wayToKeys(args.user, state, target, context);
    if (way.kind === 'impossible') return way;
    const content = bytesOf(after);
    return {
      kind: 'change',
      differences: [
        {
          kind: 'text',
          path: target,
          before: state.content === null ? undefined : shown(bytesOf(before)),
          after: shown(content),
        },
      ],
      certainty: seen.certainty(asked),
      predictions: [
        predict(asked, { ...state, content, above: 'folder' }),
        ...filePredictions(args.user, target, state),
      ],
      touches: 'predicted',
      apply: () => write(args.user, { state, target, content, way }, context),
      planned: { user: args.user, keyfile: target },
    };
  },
});

function askedOf(args: Arguments): ReturnType<typeof authorizedKeysRequest> {
  return authorizedKeysRequest(args.user, args.path);
}

function wantedKeys(args: Arguments): PublicKeyLine[] | Impossible {
  const lines = args.key
    .flatMap((text) => text.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const keys: PublicKeyLine[] = [];
  for (const [index, line] of lines.entries()) {
    const key = parsePublicKey(inBytes(line));
    const what = `Key ${index + 1} for ${args.user} is not a public key`;
    const remedy = 'Give the line of a .pub file: type, base64 text, comment';
    if (key === undefined) {
      const isAddress = /^[a-z]+:\/\//.test(line);
      return {
        kind: 'impossible',
        what,
        remedy: isAddress
          ? `${remedy}. Keys are not downloaded from an address: download them by uri, and register the result`
          : remedy,
      };
    }
    const why = publicKeyFault(key);
    if (why !== undefined) return { kind: 'impossible', what, why, remedy };
    keys.push({
      ...key,
      options: args.key_options === undefined ? key.options : inBytes(args.key_options),
      comment: args.comment === undefined ? key.comment : inBytes(args.comment),
    });
  }
  return keys;
}

function withoutUser(args: Arguments, seen: Seen): Outcome {
  if (seen.certainty(askedOf(args)) === 'after_change')
    return { kind: 'cannot_know', because: `the user ${args.user} does not exist yet; an earlier change may bring it` };
  return {
    kind: 'impossible',
    what: `There is no user ${args.user}`,
    remedy: `Make it with a task before this one: user: { name: ${args.user} }`,
  };
}

/** Returns why the file cannot be written into its folder; undefined if it can. */
function folderFault(args: Arguments, target: string, seen: Seen): Outcome | undefined {
  const folder = parentOf(target);
  const asked = askedOf(args);
  const { above } = seen.of(asked);
  switch (above) {
    case 'folder':
      return undefined;
    case 'folder of the folder':
      if (args.manage_dir) return undefined;
      break;
    case 'nothing':
    case 'hidden':
      break;
  }
  if (seen.certainty(asked) === 'after_change')
    return { kind: 'cannot_know', because: `${folder} does not exist yet; an earlier change may bring it` };
  if (above === 'hidden')
    return {
      kind: 'impossible',
      what: `${folder} may not be entered, so ${target} cannot be looked at`,
      remedy: 'Give the task become: true',
    };
  const missing = above === 'nothing' ? parentOf(folder) : folder;
  return {
    kind: 'impossible',
    what: `${target} cannot be written: there is no folder ${missing}`,
    remedy: `Make it with a task before this one: file: { path: ${missing}, state: directory, owner: ${args.user} }`,
  };
}

/**
 * Splits the content into lines with one character for each byte, so that bytes that are not UTF-8 stay as they are. A
 * missing line end of the last line is added when the file is written.
 */
function linesOf(content: Buffer | null): readonly string[] {
  const text = content?.toString('latin1') ?? '';
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function inBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function bytesOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
}

function shown(content: Buffer): string {
  return content.toString('utf8');
}

/** Identifies a key by its type and its text: options and comment do not count. */
function identityOf(key: PublicKeyLine): string {
  return `${key.type} ${key.key}`;
}

function edit(lines: readonly string[], keys: readonly PublicKeyLine[], args: Arguments): readonly string[] {
  const wanted = new Map(keys.map((key) => [identityOf(key), key]));
  const done = new Set<string>();
  const kept: string[] = [];
  for (const line of lines) {
    const present = parsePublicKey(line);
    const key = present === undefined ? undefined : wanted.get(identityOf(present));
    if (present === undefined || key === undefined) {
      if (present === undefined || args.state === 'absent' || !args.exclusive) kept.push(line);
    } else if (args.state === 'present' && !done.has(identityOf(key))) {
      done.add(identityOf(key));
      kept.push(updated(line, present, key, args));
    }
  }
  if (args.state === 'absent') return kept;
  return [...kept, ...[...wanted].flatMap(([identity, key]) => (done.has(identity) ? [] : [lineOf(key)]))];
}

/**
 * Returns the line with the wanted options and comment. A key that is given without a comment keeps the existing
 * comment.
 */
function updated(line: string, present: PublicKeyLine, key: PublicKeyLine, args: Arguments): string {
  const comment = key.comment === '' && args.comment === undefined ? present.comment : key.comment;
  return present.options === key.options && present.comment === comment ? line : lineOf({ ...key, comment });
}

function lineOf({ options, type, key, comment }: PublicKeyLine): string {
  return [options, type, key, comment].filter((part) => part !== '').join(' ');
}

function filePredictions(user: string, target: string, { above }: AuthorizedKeysState): readonly Prediction[] {
  const unknown = { uid: undefined, owner: user, gid: undefined, group: undefined };
  return [
    // An existing folder may be a link, so it gets no prediction.
    ...(above === 'folder'
      ? []
      : [predict(file(parentOf(target)), { type: 'directory', ...unknown, owner: undefined, mode: undefined })]),
    predict(file(target), {
      type: 'file',
      ...unknown,
      mode: 0o600,
      size: undefined,
      sha256: undefined,
      content: undefined,
    }),
  ];
}

interface NewKeys {
  readonly state: AuthorizedKeysState;
  readonly target: string;
  readonly content: Buffer;
  readonly way: UsableWay;
}

/**
 * Returns the way to the file. sshd ignores keys in a folder or file that belongs neither to the user nor to root. So
 * nothing is written there, nor through a link that anyone except root can place.
 */
function wayToKeys(user: string, { home, places = [] }: AuthorizedKeysState, target: string, context: Context): Way {
  if (home === undefined) return OWN_WAY;
  const seen = new Map(places.map(({ path, state }) => [path, state]));
  const folder = `${home}/${nameOf(parentOf(target))}`;
  const file = `${folder}/${nameOf(target)}`;
  for (const [path, type] of [
    [folder, 'directory'],
    [file, 'file'],
  ] as const) {
    const state = seen.get(path);
    if (state === undefined) break;
    if (state.type === 'link' && state.uid === 0 && wayThrough(path, seen, context).kind === 'own') return OWN_WAY;
    if (state.type !== type) return refused(path, `It is ${describeType(state)}, not a ${type}.`);
    if (state.uid !== 0 && state.owner !== user)
      return refused(path, `It belongs to ${state.owner ?? 'somebody else'}, neither to ${user} nor to root.`);
  }
  return wayThrough(file, seen, context);
}

function refused(path: string, why: string): Impossible {
  return {
    kind: 'impossible',
    what: `keys are not written through ${path}`,
    why,
    remedy:
      'Look at it, and remove it by a task before this one: file: { path: …, state: absent }. If it is meant to be there and its owner is trusted like root, set unsafe_path: true.',
  };
}

function write(user: string, { state, target, content, way }: NewKeys, context: Context): Apply {
  // With a colon at the end, chown takes the login group that the account has at that moment.
  const attributes = {
    owner: { name: `${user}:`, id: undefined },
    group: undefined,
    mode: { kind: 'octal' as const, bits: 0o600 },
  };
  const made = state.content === null ? undefined : createHash('sha256').update(state.content).digest('hex');
  const written = writeFile(
    {
      path: target,
      way,
      madeOf: made,
      above: { ...attributes, mode: { kind: 'octal', bits: 0o700 } },
      ...(state.above === 'folder' ? {} : { broughtBeside: parentOf(target) }),
      content,
      attributes,
      before: undefined,
      isReproducible: false,
      backup: undefined,
      validate: undefined,
    },
    context,
  );
  if (way.kind === 'foreign') return written;
  if (state.above === 'folder') return { ...written, script: asSubscript(written).script };
  const folder = quote(parentOf(target));
  return {
    ...written,
    script: `[ -d ${folder} ] || { mkdir -m 0700 -- ${folder} && chown ${quote(`${user}:`)} ${folder}; } || exit\n${asSubscript(written).script}`,
  };
}
