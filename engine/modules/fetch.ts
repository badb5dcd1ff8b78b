import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import type { Request } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { describeType, type FileState, type RegularFile } from '../resources/file/file-state.ts';
import { idle } from '../values/habits/foreign-argument.ts';
import { boolean, path, plainText } from './base/arguments.ts';
import {
  type Change,
  type Controller,
  type Fetch,
  type Impossible,
  type LocalTarget,
  type Outcome,
  defineModule,
} from './base/module.ts';
import { unsafePath } from './path/file-attributes.ts';
import { cannotLook } from './path/file-needs.ts';
import { withPinned } from './path/read-pinned.ts';
import { OWN_WAY, type UsableWay, type Way, wayNeeds, wayTo } from './path/way-to-path.ts';

const schema = z.strictObject({
  src: path().describe('The file on the host.'),
  dest: plainText()
    .refine((dest) => dest !== '', 'must not be empty')
    .describe(
      'The folder on the controller, absolute or below the folder of the playbook. The path of the file in it is HOST/SRC, so that the files of several hosts do not replace each other.',
    ),
  flat: boolean()
    .default(false)
    .describe(
      'Whether dest is the path of the file itself. If dest ends with a slash, it is the folder of the file. With flat, each host needs a different dest.',
    ),
  fail_on_missing: boolean().default(true).describe('Whether the task fails if src does not exist, or is a directory.'),
  unsafe_path: unsafePath(),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments, LocalTarget>({
  name: 'fetch',
  summary: 'Copy a file from the host to the controller.',
  arguments: schema,
  foreign: { validate_checksum: idle('runbook always compares the file with its digest on the host.') },
  examples: [
    'fetch: { src: /etc/kubernetes/admin.conf, dest: fetched }',
    'fetch: { src: /var/log/install.log, dest: "logs/{{inventory_hostname}}.log", flat: true, fail_on_missing: false }',
  ],
  load: (args, controller) => controller.target(targetOf(args, controller)),
  brings: ({ path: brought }) => [brought],
  observes: (args): readonly Request[] => [file(args.src, 'digest'), ...wayNeeds(args.src)],
  plan(args, target, seen, context) {
    const request = file(args.src, 'digest');
    const state = seen.of(request);
    const end = state.type === 'link' ? state.to : undefined;
    const there = end?.state ?? state;
    const isOpen = seen.certainty(request) === 'after_change';
    if (there.type === 'hidden') return cannotLook(args.src, context.user);
    if (there.type !== 'file') return isOpen ? toCome(args, target) : withoutFile(args, there);
    if (there.unreadable === true) return cannotLook(args.src, context.user);
    const way = args.unsafe_path ? OWN_WAY : wayTo(request, true, seen, context);
    const from = end?.path ?? args.src;
    return compared(target, { from, way, there }, isOpen) ?? toCome(args, target);
  },
});

/** Returns the name of the file on the controller, which follows from the arguments. */
function targetOf({ src, dest, flat }: Arguments, { host }: Controller): string {
  if (!flat) return `${dest.replace(/(?<!\/)\/+$/, '')}/${host}${src}`;
  return dest.endsWith('/') ? `${dest}${src.slice(src.lastIndexOf('/') + 1)}` : dest;
}

function toCome({ src }: Arguments, target: LocalTarget): Outcome {
  return { kind: 'cannot_know', because: `what an earlier change writes into ${src}`, brings: [target.path] };
}

function withoutFile({ src, fail_on_missing: fails }: Arguments, there: FileState): Outcome {
  if (!fails && (there.type === 'absent' || there.type === 'directory'))
    return { kind: 'in_sync', result: { msg: `${src} is not a file that can be brought` } };
  const impossible = (what: string, remedy: string): Impossible => ({ kind: 'impossible', what, remedy });
  return there.type === 'absent'
    ? impossible(
        `${src} does not exist`,
        'Correct src, or write fail_on_missing: false for a file that may be missing.',
      )
    : impossible(
        `${src} is ${describeType(there)}, not a file`,
        'Name a file. To bring a directory, make an archive of it first: command: tar -czf /root/a.tar.gz -C DIRECTORY .',
      );
}

/** Returns the outcome for a file; undefined if its content is not known yet. */
function compared(
  target: LocalTarget,
  { from, way, there }: Omit<Source, 'way'> & { readonly way: Way },
  isOpen: boolean,
): Outcome | undefined {
  const { sha256, size } = there;
  const isSame = sha256 === target.file?.sha256;
  if (sha256 === undefined || size === undefined || (isSame && isOpen)) return undefined;
  if (isSame) return { kind: 'in_sync', result: resultOf(target, sha256) };
  return way.kind === 'impossible' ? way : changeOf(target, { from, way, there }, isOpen);
}

interface Source {
  /** The path of the file, which is not a link. */
  readonly from: string;
  readonly way: UsableWay;
  readonly there: RegularFile;
}

function changeOf(target: LocalTarget, source: Source, isOpen: boolean): Change {
  const { size = 0, sha256 = '' } = source.there;
  const before = target.file === undefined ? null : `${target.file.size} bytes, SHA-256 ${target.file.sha256}`;
  const after = `${size} bytes, SHA-256 ${sha256}`;
  return {
    kind: 'change',
    differences: [{ kind: 'field', of: `${target.path} on the controller`, field: 'content', before, after }],
    certainty: isOpen ? 'after_change' : 'certain',
    predictions: [],
    touches: 'predicted',
    brings: [target.path],
    apply: () => ({ script: ':', fetch: fetchOf(target.path, source) }),
    planned: resultOf(target, sha256),
  };
}

/** If not every user of the host may read the file, only its owner may read the copy on the controller. */
function fetchOf(to: string, { from: path, way, there }: Source): Fetch {
  const { size = 0, sha256 = '', mode = 0 } = there;
  return {
    to,
    size,
    sha256,
    mode: (mode & 0o004) === 0 ? 0o600 : 0o644,
    part(from, bytes) {
      const read = (input: string): string => `tail -c +${from + 1} ${input} | head -c ${bytes}`;
      return way.kind === 'own' ? read(`-- ${quote(path)}`) : withPinned(way, path, [read('<&4')]);
    },
  };
}

function resultOf({ path: dest }: LocalTarget, sha256: string): Record<string, string> {
  return { dest, checksum: sha256, remote_checksum: sha256 };
}
