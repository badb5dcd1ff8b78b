import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type Request, type Seen, predict } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import type { FileDetail } from '../resources/file/file-detail.ts';
import { type FileState, type RegularFile, ABSENT, describeType } from '../resources/file/file-state.ts';
import { path } from './base/arguments.ts';
import { type Context, type Difference, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { unsafePath } from './path/file-attributes.ts';
import { cannotLook } from './path/file-needs.ts';
import { inForeignHands, wayNeeds } from './path/way-to-path.ts';
import { noDirectory } from './write/file-place.ts';
import { temporaryBeside } from './write/write-file.ts';

const schema = z.strictObject({
  src: path().describe(
    'The file to move. If it is missing and dest is a file, the task is in sync: the file was moved before.',
  ),
  dest: path().describe(
    'The new path. An existing file is replaced in one step, also by a file of another file system.',
  ),
  keep: path()
    .optional()
    .describe('The path for a copy of the replaced file. An existing copy stays, because it is older.'),
  unsafe_path: unsafePath(),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'move',
  summary: 'Move a file to another path. If it replaces a file, a copy of that file can be kept.',
  arguments: schema,
  examples: ['move: { src: /srv/pki/next/ca.crt, dest: /srv/pki/ca.crt, keep: /srv/pki/previous/ca.crt }'],
  observes: (args) => pathsOf(args).flatMap((path) => [asked(path), ...wayNeeds(path)]),
  plan(args, _loaded, seen, context): Outcome {
    const source = standing(args.src, seen, context);
    const target = standing(args.dest, seen, context);
    const kept = args.keep === undefined ? undefined : standing(args.keep, seen, context);
    for (const one of [source, target, kept]) if (one?.kind === 'impossible') return one;
    if (source.kind !== 'file') return withoutSource(args, target);
    if (target.kind === 'nowhere') return noDirectory(args.dest);
    const replaced = target.kind === 'file' ? target.state : undefined;
    const spare = spareFor(args, replaced, kept);
    if (spare?.isNowhere === true) return noDirectory(spare.path);
    const foreign = args.unsafe_path ? undefined : inForeignHands(pathsOf(args).map(asked), seen, context);
    if (foreign !== undefined) return foreign;
    return {
      kind: 'change',
      differences: [
        ...(spare === undefined ? [] : [field(spare.path, 'absent', `the present content of ${args.dest}`)]),
        field(args.dest, replaced === undefined ? 'absent' : 'a file', `the present content of ${args.src}`),
        field(args.src, 'a file', 'absent'),
      ],
      certainty: seen.certainty(asked(args.src)),
      predictions: [
        ...(spare === undefined ? [] : [predict(asked(spare.path), spare.state)]),
        // A file that comes from another file system is a new one there.
        predict(asked(args.dest), { ...source.state, identity: undefined }),
        predict(asked(args.src), ABSENT),
      ],
      touches: 'predicted',
      apply: () => ({ script: script(args, spare?.path) }),
      planned: { src: args.src, dest: args.dest },
    };
  },
});

function withoutSource({ src, dest }: Arguments, target: Standing): Outcome {
  return target.kind === 'file'
    ? { kind: 'in_sync', result: { src, dest } }
    : {
        kind: 'impossible',
        what: `there is neither ${src} nor ${dest}`,
        remedy: 'Correct src, or make it with a task before this one.',
      };
}

/** The copy that is kept of a file before it is replaced. */
interface Spare {
  readonly path: string;
  readonly state: RegularFile;
  /** True if the directory of the copy does not exist. */
  readonly isNowhere: boolean;
}

function spareFor(
  { keep }: Arguments,
  replaced: RegularFile | undefined,
  kept: Standing | undefined,
): Spare | undefined {
  if (keep === undefined || replaced === undefined || kept?.kind === 'file') return undefined;
  return {
    path: keep,
    state: { ...replaced, identity: undefined, mtime: undefined },
    isNowhere: kept?.kind === 'nowhere',
  };
}

function pathsOf({ src, dest, keep }: Arguments): readonly string[] {
  return keep === undefined ? [src, dest] : [src, dest, keep];
}

function asked(id: string): Request<FileDetail, FileState> {
  return file(id, 'content');
}

type Standing =
  | { readonly kind: 'file'; readonly state: RegularFile }
  /** Nothing is at the path: `free` if its directory exists, `nowhere` if not. */
  | { readonly kind: 'free' | 'nowhere' }
  | Impossible;

function standing(id: string, seen: Seen, context: Context): Standing {
  const state = seen.of(asked(id));
  switch (state.type) {
    case 'file':
      return { kind: 'file', state };
    case 'absent':
      return { kind: state.parent || seen.certainty(asked(id)) === 'after_change' ? 'free' : 'nowhere' };
    case 'hidden':
      return cannotLook(id, context.user);
    case 'directory':
    case 'link':
    case 'other':
      return {
        kind: 'impossible',
        what: `${id} is ${describeType(state)}, not a file`,
        remedy: 'Only files are moved.',
      };
  }
}

function field(of: string, before: string, after: string): Difference {
  return { kind: 'field', of, field: 'state', before, after };
}

/**
 * Returns the script. A kept copy is complete or does not exist, and is on the disk before the original is replaced. So
 * is the new file if it comes from another file system: `mv` alone would write it bit by bit. A second name (a hard
 * link) shows whether the two paths are in one file system. If the kernel refuses such names, the numbers of the
 * devices decide.
 */
function script(args: Arguments, keep: string | undefined): string {
  const copy = (from: string, to: string): readonly string[] => [
    `cp -a -- ${from} ${to}`,
    `sync ${to} 2>/dev/null || sync`,
  ];
  const kept =
    keep === undefined
      ? []
      : [`t=${quote(temporaryBeside(keep))}`, ...copy('"$d"', '"$t"'), `mv -f -- "$t" ${quote(keep)}`];
  return `${[
    'set -e',
    'umask 077',
    `s=${quote(args.src)} d=${quote(args.dest)} n=${quote(temporaryBeside(args.dest))} t=`,
    `trap 'rm -f -- "$n" "$t"' EXIT`,
    "trap 'exit 1' HUP INT TERM",
    ...kept,
    'if ln -- "$s" "$n" 2>/dev/null || [ "$(stat -c %d -- "$s")" = "$(stat -c %d -- "${d%/*}/")" ]; then',
    'rm -f -- "$n"',
    'mv -f -- "$s" "$d"',
    'sync "$d" 2>/dev/null || sync',
    'else',
    ...copy('"$s"', '"$n"'),
    'mv -f -- "$n" "$d"',
    'rm -f -- "$s"',
    'fi',
  ].join('\n')}\n`;
}
