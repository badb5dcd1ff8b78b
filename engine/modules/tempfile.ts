import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import type { Seen } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { describeType } from '../resources/file/file-state.ts';
import { Unknown } from '../values/base/value.ts';
import { path, plainText } from './base/arguments.ts';
import { type Impossible, defineModule } from './base/module.ts';
import { unsafePath } from './path/file-attributes.ts';
import { makeInRoom } from './path/foreign-folder.ts';
import { OWN_WAY, wayInside, wayNeeds } from './path/way-to-path.ts';

const name = plainText().refine((value) => !value.includes('/'), 'must not hold a slash');

const schema = z.strictObject({
  state: z.enum(['file', 'directory']).default('file').describe('Whether a file or a directory is made.'),
  path: path().default('/tmp').describe('The parent directory.'),
  prefix: name.default('runbook.').describe('The beginning of the name.'),
  suffix: name.default('').describe('The end of the name.'),
  unsafe_path: unsafePath(),
});

export const module = defineModule<z.infer<typeof schema>>({
  name: 'tempfile',
  summary: 'Make a temporary file or directory that only its owner can read. The playbook must remove it.',
  arguments: schema,
  examples: ['tempfile: { state: directory, suffix: build }'],
  observes: (args) => [file(args.path, 'target'), ...wayNeeds(`${args.path}/.`)],
  plan(args, _loaded, seen, context) {
    const missing = noFolder(args.path, seen);
    if (missing !== undefined) return missing;
    const way = args.unsafe_path ? OWN_WAY : wayInside(args.path, seen, context);
    if (way.kind === 'impossible') return way;
    return {
      kind: 'change',
      differences: [
        {
          kind: 'field',
          of: `${args.path}/${args.prefix}…${args.suffix}`,
          field: 'state',
          before: 'absent',
          after: `a ${args.state}`,
        },
      ],
      certainty: 'opaque',
      predictions: [],
      touches: 'predicted',
      planned: { path: new Unknown('the name of a temporary file'), state: args.state },
      apply() {
        const made = `${args.path === '/' ? '' : args.path}/${args.prefix}${randomBytes(8).toString('hex')}${args.suffix}`;
        const script =
          way.kind === 'own'
            ? make(args.state, quote(made))
            : makeInRoom(way, made, (word) => [make(args.state, word)]);
        return {
          script,
          finish: ({ status, stderr }) =>
            status === 0
              ? { kind: 'done', result: { path: made, state: args.state } }
              : { kind: 'failed', what: `${made} cannot be made: ${stderr.toString('utf8').trim()}`, result: {} },
        };
      },
    };
  },
});

function make(state: 'file' | 'directory', word: string): string {
  return state === 'directory' ? `mkdir -m 0700 -- ${word}` : `(umask 077; set -C; : >${word})`;
}

function noFolder(path: string, seen: Seen): Impossible | undefined {
  const request = file(path, 'target');
  const state = seen.of(request);
  const there = state.type === 'link' ? (state.to?.state ?? state) : state;
  if (there.type === 'directory' || there.type === 'hidden' || seen.certainty(request) === 'after_change')
    return undefined;
  if (there.type !== 'absent')
    return {
      kind: 'impossible',
      what: `${path} is ${describeType(there)}, not a directory`,
      remedy: 'Name a directory.',
    };
  return {
    kind: 'impossible',
    what: `the directory ${path} does not exist`,
    remedy: `Make it first: file: { path: ${path}, state: directory }`,
  };
}
