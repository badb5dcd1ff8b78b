import { z } from 'zod';
import { quote } from '../connection/quote.ts';
import type { AuthorizedKeysState } from '../resources/authorized-keys.ts';
import { authorizedKeysRequest } from '../resources/authorized-keys.ts';
import type { Prediction } from '../resources/resource.ts';
import { predict } from '../resources/resource.ts';
import { file } from '../resources/file.ts';
import { boolean, plainText, textList } from './arguments.ts';
import type { Context, Outcome } from './module.ts';
import { defineModule } from './module.ts';
import { ACCOUNT_NAME } from './user-arguments.ts';
import { amongOthers, writeFile } from './write-file.ts';

const TYPE =
  '(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\\d+|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\\.com)(?:-cert-v01@openssh\\.com)?';
const KEY = new RegExp(`^(?:(.*?)\\s+)?(${TYPE})\\s+([A-Za-z0-9+/]+=*)(?:\\s+(.*?))?\\s*$`);

const schema = z.strictObject({
  user: z.string().regex(ACCOUNT_NAME, 'must be the name of an account').describe('Whose keys they are.'),
  key: textList().describe('Public keys: a line each, as in a .pub file; one text, or a list of them.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the keys may log in.'),
  exclusive: boolean().default(false).describe('Whether all other keys are removed.'),
  key_options: plainText().optional().describe('What stands before each key: from="10.0.0.0/8",no-pty.'),
});

type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'authorized_key',
  summary: 'Say which public keys may log in as a user.',
  arguments: schema,
  examples: ['authorized_key: { user: root, key: "{{file \'admin.pub\'}}" }'],
  observes: (args) => [authorizedKeysRequest(args.user)],
  plan(args, _loaded, seen, context): Outcome {
    const asked = authorizedKeysRequest(args.user);
    const state = seen.of(asked);
    const keys = args.key
      .flatMap((text) => text.split('\n'))
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
    const broken = keys.findIndex((line) => !KEY.test(line));
    if (broken >= 0)
      return {
        kind: 'impossible',
        what: `Key ${broken + 1} for ${args.user} is not a public key`,
        remedy: 'Give the line of a .pub file: type, base64 text, comment',
      };
    if (!state.exists) {
      if (seen.certainty(asked) === 'after_change')
        return { kind: 'cannot_know', because: `the user ${args.user} does not exist yet; an earlier change may bring it` };
      return {
        kind: 'impossible',
        what: `There is no user ${args.user}`,
        remedy: `Make it with a task before this one: user: { name: ${args.user} }`,
      };
    }
    const before = state.lines ?? [];
    const after = edit(before, keys, args);
    if (after.join('\n') === before.join('\n')) return { kind: 'in_sync', result: { user: args.user, keyfile: fileOf(state) ?? '' } };
    const { home } = state;
    if (home === undefined) return { kind: 'cannot_know', because: `the home directory of ${args.user} is known after the change` };
    const path = `${home}/.ssh/authorized_keys`;
    const text = after.map((line) => `${line}\n`).join('');
    return {
      kind: 'change',
      differences: [
        { kind: 'text', path, before: state.lines === null ? undefined : before.map((line) => `${line}\n`).join(''), after: text },
      ],
      certainty: seen.certainty(asked),
      predictions: [predict(asked, { ...state, lines: after }), ...filePredictions(args.user, path)],
      touches: 'predicted',
      apply: () => write(args.user, state, path, text, context),
      planned: { user: args.user, keyfile: path },
    };
  },
});

function fileOf(state: AuthorizedKeysState): string | undefined {
  return state.home === undefined ? undefined : `${state.home}/.ssh/authorized_keys`;
}

/** Two lines are the same key if type and key are, whatever their options and comments. */
function identityOf(line: string): string | undefined {
  const [, , type, key] = KEY.exec(line.trim()) ?? [];
  return type === undefined || line.trim().startsWith('#') ? undefined : `${type} ${key}`;
}

function edit(lines: readonly string[], keys: readonly string[], args: Arguments): readonly string[] {
  const wanted = new Map(
    keys.map((key) => [identityOf(key), args.key_options === undefined ? key : `${args.key_options} ${withoutOptions(key)}`]),
  );
  if (args.state === 'absent') return lines.filter((line) => !wanted.has(identityOf(line)));
  const done = new Set<string>();
  const kept: string[] = [];
  for (const line of lines) {
    const identity = identityOf(line);
    const key = wanted.get(identity);
    if (identity === undefined || key === undefined) {
      if (identity === undefined || !args.exclusive) kept.push(line);
    } else if (!done.has(identity)) {
      done.add(identity);
      kept.push(optionsOf(line) === optionsOf(key) ? line : key);
    }
  }
  return [...kept, ...[...wanted].flatMap(([identity, key]) => (identity === undefined || done.has(identity) ? [] : [key]))];
}

function optionsOf(line: string): string {
  return KEY.exec(line.trim())?.[1] ?? '';
}

function withoutOptions(line: string): string {
  return line.trim().slice(optionsOf(line).length).trim();
}

function filePredictions(user: string, path: string): readonly Prediction[] {
  const unknown = { uid: undefined, owner: user, gid: undefined, group: undefined };
  const folder = path.slice(0, path.lastIndexOf('/'));
  return [
    predict(file(folder), { type: 'directory', ...unknown, owner: undefined, mode: undefined }),
    predict(file(path), { type: 'file', ...unknown, mode: 0o600, size: undefined, sha256: undefined, content: undefined }),
  ];
}

function write(user: string, state: AuthorizedKeysState, path: string, text: string, context: Context): ReturnType<typeof writeFile> {
  const attributes = {
    owner: { name: user, id: undefined },
    group: state.gid === undefined ? undefined : { name: undefined, id: state.gid },
    mode: { kind: 'octal' as const, bits: 0o600 },
  };
  const written = writeFile(
    { path, content: Buffer.from(text), attributes, before: undefined, isReproducible: false, backup: undefined, validate: undefined },
    context,
  );
  const folder = quote(path.slice(0, path.lastIndexOf('/')));
  return {
    ...written,
    script: `[ -d ${folder} ] || { mkdir -m 0700 -- ${folder} && chown ${quote(`${user}:`)} ${folder}; } || exit\n${amongOthers(written).script}`,
  };
}
