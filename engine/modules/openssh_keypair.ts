import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type Prediction, type Request, type Seen, predict } from '../resources/base/resource.ts';
import { PATIENT, endAtPipe } from '../resources/base/unhindered-read.ts';
import { file } from '../resources/file.ts';
import { UNKNOWN_ATTRIBUTES } from '../resources/file/file-state.ts';
import { type SettingDetail, type SettingState, settingRequest } from '../resources/setting.ts';
import { type Value, type ValueMap, Unknown } from '../values/base/value.ts';
import { idle, idleAs } from '../values/habits/foreign-argument.ts';
import { boolean, path, plainText, wholeNumber } from './base/arguments.ts';
import { type Change, type Context, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { unsafePath } from './path/file-attributes.ts';
import { fileNeeds, notWritable } from './path/file-needs.ts';
import { wayNeeds, wayTo } from './path/way-to-path.ts';
import { noDirectory } from './write/file-place.ts';

const schema = z.strictObject({
  path: path().describe(
    'The path of the private key. The public key is in the same folder, with .pub at the end of its name.',
  ),
  type: z
    .enum(['rsa', 'ecdsa', 'ed25519'])
    .default('rsa')
    .describe('The type of the key. Write ed25519 unless an old server needs another one.'),
  size: wholeNumber({ min: 256 })
    .optional()
    .describe('The number of bits. Default: an existing key may have any size; a new key has 4096 (rsa) or 256.'),
  comment: plainText()
    .refine((text) => !/[\r\n]/.test(text), 'must be one line')
    .optional()
    .describe('The comment of the key. Default: unchanged, and user@host for a new key.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the key pair exists.'),
  regenerate: z
    .enum(['never', 'fail', 'partial_idempotence', 'full_idempotence', 'always'])
    .default('partial_idempotence')
    .describe(
      'What happens to a key of another type or size. never: it stays. fail: it is an error. partial_idempotence and full_idempotence: it is replaced. always: each run makes a new key. A key that cannot be read is an error, except with full_idempotence and always.',
    ),
  force: boolean().default(false).describe('Whether the key is replaced each time, like regenerate: always.'),
  unsafe_path: unsafePath(),
});
type Arguments = z.infer<typeof schema>;

const BY_USER = 'Write become: true and become_user: NAME at the task: the key belongs to that user.';

export const module = defineModule<Arguments>({
  name: 'openssh_keypair',
  summary: 'Make a key pair for ssh on the host, as the user of the task.',
  arguments: schema,
  foreign: {
    backend: idle('ssh-keygen of the host is used.'),
    private_key_format: idleAs(['auto', 'ssh'], 'Leave it out: ssh-keygen writes the format of OpenSSH.'),
    passphrase: 'Leave it out, or write command: ssh-keygen -p at the host yourself; a program cannot use such a key.',
    owner: BY_USER,
    group: BY_USER,
    mode: idleAs(['0600'], 'Leave it out: the private key has 0600.'),
  },
  examples: ['openssh_keypair: { path: /srv/deploy/id_ed25519, type: ed25519, comment: deploy }'],
  observes: (args, _loaded, context) => [
    pairRequest(args.path),
    file(args.path),
    file(publicOf(args.path), 'content'),
    ...wayNeeds(args.path),
    ...fileNeeds([args.path], {}, context),
  ],
  plan(args, _loaded, seen, context) {
    const outcome = plan(args, seen, context);
    return outcome.kind === 'change' && outcome.certainty === 'certain'
      ? (notWritable(args.path, seen, context) ?? outcome)
      : outcome;
  },
});

function publicOf(key: string): string {
  return `${key}.pub`;
}

/** Asks for type, size and comment of the key, separated by blanks. */
function pairRequest(key: string): Request<SettingDetail, SettingState> {
  return settingRequest(
    `sshkey ${key}`,
    `command -v ssh-keygen >/dev/null || exit 127
${endAtPipe(key)}${endAtPipe(publicOf(key))}${PATIENT}[ -e ${quote(key)} ] || { echo absent; exit 0; }
said=$($patient ssh-keygen -y -P '' -f ${quote(key)} 2>&1) || { printf '%s\\n' "$said" >&2; exit 1; }
about=$(printf '%s\\n' "$said" | ssh-keygen -l -f -) || exit 1
type=\${said%% *} type=\${type#ssh-}
case $type in ecdsa-*) type=ecdsa ;; esac
there=public
[ "$($patient cut -d ' ' -f 1,2 -- ${quote(publicOf(key))} 2>/dev/null)" = "$(printf '%s\\n' "$said" | cut -d ' ' -f 1,2)" ] || there=private
printf '%s %s %s %s\\n' "$type" "\${about%% *}" "$there" "$($patient cut -d ' ' -f 3- -- ${quote(publicOf(key))} 2>/dev/null)"`,
  );
}

interface Pair {
  readonly type: string;
  readonly size: number;
  /** True if the public key beside the private key belongs to it. */
  readonly isWhole: boolean;
  readonly comment: string;
}

function pairOf(text: string): Pair | undefined {
  const [, type, size, there, comment = ''] = /^(\S+) (\d+) (public|private) ?(.*)$/.exec(text) ?? [];
  if (type === undefined) return undefined;
  return { type, size: Number(size), isWhole: there === 'public', comment };
}

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const request = pairRequest(args.path);
  const state = seen.of(request);
  const problem = problemOf(args, state, seen, context);
  if (problem !== undefined) return problem;
  if (args.state === 'absent') return removed(args, seen);
  const pair = state.kind === 'answer' ? pairOf(state.text) : undefined;
  const isAlways = args.force || args.regenerate === 'always';
  if (pair === undefined || isAlways) return made(args, pair, seen, context);
  if (!fits(args, pair)) {
    if (args.regenerate === 'fail') return otherKey(args, pair);
    if (args.regenerate !== 'never') return made(args, pair, seen, context);
  }
  if (!pair.isWhole || (args.comment !== undefined && args.comment !== pair.comment)) return amended(args, pair, seen);
  return { kind: 'in_sync', result: resultOf(args, pair, seen) };
}

function fits({ type, size }: Arguments, pair: Pair): boolean {
  return pair.type === type && (size === undefined || pair.size === size);
}

function problemOf(args: Arguments, state: SettingState, seen: Seen, context: Context): Outcome | undefined {
  const way = args.unsafe_path ? undefined : wayTo(file(args.path), false, seen, context);
  if (way?.kind === 'impossible') return way;
  if (way?.kind === 'foreign')
    return {
      kind: 'impossible',
      what: `another user can change names on the way to ${args.path}`,
      remedy: `Make the key as its owner: become: true and become_user: NAME. If this user is trusted, set unsafe_path: true.`,
    };
  const certainty = seen.certainty(pairRequest(args.path));
  if (certainty === 'after_change') return undefined;
  if (state.kind === 'missing')
    return {
      kind: 'impossible',
      what: 'this host has no ssh-keygen',
      remedy: 'Install it with a task before this one: package: { name: openssh-client }',
    };
  const there = seen.of(file(args.path));
  if (there.type === 'absent' && !there.parent && args.state === 'present') return noDirectory(args.path);
  if (state.kind === 'refused' && args.state === 'present' && !args.force && !/^(?:full|always)/.test(args.regenerate))
    return {
      kind: 'impossible',
      what: `${args.path} cannot be read as a private key without a passphrase`,
      why: state.why,
      remedy: 'Correct path; or set regenerate: full_idempotence, if the key may be replaced.',
    };
  return undefined;
}

function otherKey({ path: key, type, size }: Arguments, pair: Pair): Impossible {
  return {
    kind: 'impossible',
    what: `${key} is a key of type ${pair.type} with ${pair.size} bits, not ${type}${size === undefined ? '' : ` with ${size}`}`,
    remedy: 'Correct type and size; or leave regenerate out, if the key may be replaced.',
  };
}

function predicted(key: string, state: SettingState, isThere: boolean): readonly Prediction[] {
  const one = isThere
    ? { type: 'file' as const, ...UNKNOWN_ATTRIBUTES, size: undefined, sha256: undefined, content: undefined }
    : { type: 'absent' as const, parent: true };
  return [predict(pairRequest(key), state), predict(file(key), one), predict(file(publicOf(key), 'content'), one)];
}

function removed(args: Arguments, seen: Seen): Outcome {
  const { path: key } = args;
  const there = [key, publicOf(key)].filter(
    (one) => seen.of(one === key ? file(one) : file(one, 'content')).type !== 'absent',
  );
  if (there.length === 0) return { kind: 'in_sync', result: { filename: key } };
  return {
    kind: 'change',
    differences: there.map((one) => ({ kind: 'field', of: one, field: 'state', before: 'a file', after: 'absent' })),
    certainty: certaintyOf(args, seen),
    predictions: predicted(key, { kind: 'answer', text: 'absent' }, false),
    touches: 'predicted',
    apply: () => ({ script: `rm -f -- ${there.map(quote).join(' ')}` }),
    planned: { filename: key },
  };
}

function certaintyOf({ path: key }: Arguments, seen: Seen): Change['certainty'] {
  return seen.certainty(pairRequest(key)) === 'certain' && seen.certainty(file(key)) === 'certain'
    ? 'certain'
    : 'after_change';
}

function made(args: Arguments, pair: Pair | undefined, seen: Seen, context: Context): Outcome {
  const { path: key, type } = args;
  const size = args.size ?? (type === 'rsa' ? 4096 : 256);
  const comment = args.comment ?? pair?.comment ?? `${context.user}@${context.facts.hostname}`;
  const next = `${key}.new-${context.runId}`;
  const bits = type === 'ed25519' ? '' : ` -b ${size}`;
  const why = new Unknown('a key that is not made yet', true);
  const finalSize = type === 'ed25519' ? 256 : size;
  return {
    kind: 'change',
    differences: [
      {
        kind: 'field',
        of: key,
        field: 'key',
        before: pair === undefined ? 'absent' : `${pair.type} ${pair.size}`,
        after: `${type} ${finalSize}`,
      },
    ],
    certainty: certaintyOf(args, seen),
    predictions: predicted(key, { kind: 'answer', text: `${type} ${finalSize} public ${comment}`.trimEnd() }, true),
    touches: 'predicted',
    apply: () => ({
      // A default access control list of the folder would give the private key to others, and ssh then ignores it.
      script: `rm -f -- ${quote(next)} ${quote(publicOf(next))}
ssh-keygen -q -t ${type}${bits} -N '' -C ${quote(comment)} -f ${quote(next)} </dev/null >&2 &&
chmod 0600 -- ${quote(next)} &&
mv -f -- ${quote(publicOf(next))} ${quote(publicOf(key))} && mv -f -- ${quote(next)} ${quote(key)}`,
    }),
    planned: { filename: key, type, size: finalSize, comment, public_key: why },
    settled: (after) => resultOf(args, { type, size: finalSize, isWhole: true, comment }, after),
  };
}

/** Writes the public key that is missing, or another comment. */
function amended(args: Arguments, pair: Pair, seen: Seen): Outcome {
  const { path: key } = args;
  const comment = args.comment ?? pair.comment;
  const next = publicOf(`${key}.new`);
  return {
    kind: 'change',
    differences: [
      ...(pair.isWhole
        ? []
        : [
            {
              kind: 'field' as const,
              of: publicOf(key),
              field: 'key',
              before: 'absent',
              after: 'that of the private key',
            },
          ]),
      ...(comment === pair.comment
        ? []
        : [{ kind: 'field' as const, of: key, field: 'comment', before: pair.comment, after: comment }]),
    ],
    certainty: certaintyOf(args, seen),
    predictions: predicted(
      key,
      { kind: 'answer', text: `${pair.type} ${pair.size} public ${comment}`.trimEnd() },
      true,
    ),
    touches: 'predicted',
    apply: () => ({
      script: `${comment === pair.comment ? '' : `ssh-keygen -q -c -P '' -C ${quote(comment)} -f ${quote(key)} >&2 || exit\n`}said=$($patient ssh-keygen -y -P '' -f ${quote(key)}) || exit
printf '%s %s\\n' "$(printf '%s\\n' "$said" | cut -d ' ' -f 1,2)" ${quote(comment)} >${quote(next)} && mv -f -- ${quote(next)} ${quote(publicOf(key))}`,
    }),
    planned: resultOf(args, { ...pair, comment }, seen),
    settled: (after) => resultOf(args, { ...pair, comment }, after),
  };
}

function resultOf({ path: key }: Arguments, pair: Pair, seen: Seen): ValueMap {
  const there = seen.of(file(publicOf(key), 'content'));
  const text: Value = there.type === 'file' && there.content !== undefined ? there.content.toString('utf8').trim() : '';
  return { filename: key, type: pair.type, size: pair.size, comment: pair.comment, public_key: text };
}
