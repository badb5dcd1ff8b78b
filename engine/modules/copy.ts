import { z } from 'zod';
import { Problem } from '../errors/problem.ts';
import type { Seen } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { MAX_CONTENT_BYTES } from '../resources/file/file-detail.ts';
import { type FileState, type RegularFile, describeType, endOf } from '../resources/file/file-state.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { boolean, exactlyOne, mode, modeOrPreserve, pathOrDirectory, plainText } from './base/arguments.ts';
import type { Mode } from './base/file-mode.ts';
import {
  type CannotKnow,
  type Context,
  type Controller,
  type Impossible,
  type Outcome,
  defineModule,
} from './base/module.ts';
import { writtenValue } from './base/written-value.ts';
import { type FolderCopy, folderRequests, planFolder, readFolder, type SentFolder } from './file/copy-folder.ts';
import { type TreeCopy, planTree, treeRequest } from './file/copy-tree.ts';
import type { WantedAttributes } from './path/file-attributes.ts';
import { aboveNeeds, cannotLook, fileNeeds } from './path/file-needs.ts';
import { type Way, OWN_WAY, wayNeeds, wayTo } from './path/way-to-path.ts';
import { type Content, bytesContent, contentOf } from './write/file-content.ts';
import { intoDirectory, isDirectoryAt, withoutSlash } from './write/file-destination.ts';
import { fileRequest, planFile } from './write/file-plan.ts';
import { foreignFileArguments, writeArguments } from './write/file-write-arguments.ts';

const fields = z.strictObject({
  src: plainText()
    .optional()
    .describe(
      'The file or folder: a path in files/ of the role or beside the playbook, or an absolute path. If a folder ends with a slash, dest gets its content, otherwise the folder itself. Links are followed. With remote_src: the absolute path of a file or folder on the host.',
    ),
  content: writtenValue()
    .optional()
    .describe('The content of the file, in place of src. A map or a list is written as JSON.'),
  dest: pathOrDirectory().describe(
    'The path of the file on the host. If it ends with a slash, or is a directory, the file is put into that directory, with the name of src.',
  ),
  ...writeArguments,
  mode: modeOrPreserve()
    .optional()
    .describe('Permission bits in quotes ("0644"), or as chmod takes them ("u=rw,go=r"). preserve: the bits of src.'),
  force: boolean().default(true).describe('Whether an existing file with another content is replaced.'),
  follow: boolean().default(false).describe('Whether a link at dest stays, and its target is written.'),
  decrypt: boolean()
    .default(true)
    .describe(
      'Whether a src that age or ansible-vault encrypted as a whole is decrypted for the host. false: the file is copied unchanged.',
    ),
  remote_src: boolean().default(false).describe('Whether src is on the host, not on the controller.'),
  directory_mode: mode().optional().describe('Permission bits of new directories.'),
  delete: boolean()
    .default(false)
    .describe('With a folder as src: whether dest loses all files and folders that src does not have.'),
});

const schema = exactlyOne(fields, ['src', 'content'])
  .refine((args) => !args.remote_src || args.src !== undefined, 'remote_src needs src')
  .refine(
    (args) => !args.remote_src || args.src?.startsWith('/') !== false,
    'src must be an absolute path if remote_src is true',
  )
  .refine((args) => args.mode !== 'preserve' || args.src !== undefined, 'mode: preserve needs src');
type Arguments = z.infer<typeof schema>;

/** The source on the controller. A task with a source on the host has none. */
type Loaded = LoadedFile | LoadedFolder;

interface LoadedFile {
  readonly kind: 'file';
  readonly content: Content;
  readonly mode: number | undefined;
}

interface LoadedFolder {
  readonly kind: 'folder';
  readonly folder: SentFolder;
}

export const module = defineModule<Arguments, Loaded | undefined>({
  name: 'copy',
  summary: 'Copy a file or a folder to the host, or write a text into a file.',
  arguments: schema,
  foreign: {
    ...foreignFileArguments,
    checksum: 'Leave it out: runbook always compares a file on the host with the SHA-256 of the sent file.',
    local_follow: idleAs([true], 'Leave it out: runbook follows links of the controller.'),
  },
  examples: [
    'copy: { src: audit-policy.yaml, dest: /etc/kubernetes/audit-policy.yaml, mode: "0600" }',
    'copy: { src: site/, dest: /srv/www, mode: "0644", directory_mode: "0755", delete: true }',
    'copy: { content: "br_netfilter\\n", dest: /etc/modules-load.d/k8s.conf }',
    'copy: { src: /etc/os-release, dest: /srv/os-release, remote_src: true }',
  ],
  isQuiet: true,
  load: (args, controller) => (args.remote_src ? Promise.resolve(undefined) : loadContent(args, controller)),
  observes: (args, loaded, context) =>
    loaded?.kind === 'folder'
      ? folderRequests(loaded.folder, folderCopy(args), context)
      : [
          ...fileNeeds(candidates(args), attributesOf(args, undefined), context),
          file(withoutSlash(args.dest), 'target'),
          ...(args.dest.endsWith('/') ? candidates(args).flatMap(aboveNeeds) : []),
          ...candidates(args).map((path) => requestFor(path, loaded)),
          ...(loaded === undefined
            ? [file(sourceOf(args), 'digest'), ...wayNeeds(sourceOf(args)), treeRequest(treeCopy(args))]
            : []),
        ],
  plan(args, loaded, seen, context) {
    if (loaded?.kind === 'folder') return planFolder(loaded.folder, folderCopy(args), seen, context);
    if (loaded === undefined && isFolderOfHost(args, seen)) return planTree(treeCopy(args), seen, context);
    if (args.delete)
      return {
        kind: 'impossible',
        what: `delete is for a folder, and ${args.src ?? 'content'} is not a folder`,
        remedy: 'Leave delete out, or name a folder in src.',
      };
    return planOneFile(args, loaded, seen, context);
  },
});

/** Returns how a folder is copied: with a slash at the end of src, dest gets the content; else the folder itself. */
function folderCopy(args: Arguments): FolderCopy {
  const { src = '', owner, group, mode, force, follow, backup, validate, unsafe_writes: unsafe } = args;
  const directory = withoutSlash(args.dest);
  return {
    dest: src.endsWith('/') ? directory : intoDirectory(directory, src),
    owner,
    group,
    mode,
    directoryMode: args.directory_mode,
    force,
    follow,
    backup,
    validate,
    unsafe,
    unsafePath: args.unsafe_path,
    deletes: args.delete,
    result: { src },
  };
}

/** The path of a source on the host. */
function sourceOf({ src = '' }: Arguments): string {
  return withoutSlash(src);
}

function treeCopy(args: Arguments): TreeCopy {
  const { unsafePath: trusts, ...copy } = folderCopy(args);
  return { ...copy, src: sourceOf(args), into: withoutSlash(args.dest), trusts };
}

function isFolderOfHost(args: Arguments, seen: Seen): boolean {
  const state = seen.of(file(sourceOf(args), 'digest'));
  return (endOf(state) ?? state).type === 'directory';
}

function planOneFile(args: Arguments, loaded: LoadedFile | undefined, seen: Seen, context: Context): Outcome {
  const directory = withoutSlash(args.dest);
  const isInside = args.dest.endsWith('/') || isDirectoryAt(directory, seen);
  if (isInside && args.src === undefined) {
    return {
      kind: 'impossible',
      what: `${directory} is a directory`,
      remedy: 'Add the name of the file to dest, because content has no name of its own.',
    };
  }
  const path = isInside && args.src !== undefined ? intoDirectory(directory, args.src) : directory;
  const source = loaded ?? contentOnHost(args, seen, context);
  if (source.kind !== 'file') return source;
  const outcome = planFile(
    {
      path,
      content: source.content,
      attributes: attributesOf(args, source.mode),
      follow: args.follow,
      force: args.force,
      backup: args.backup,
      validate: args.validate,
      unsafe: args.unsafe_writes,
      unsafePath: args.unsafe_path,
      hasNeeds: true,
      makesDirectory: args.dest.endsWith('/')
        ? { mode: args.directory_mode, owner: args.owner, group: args.group }
        : undefined,
      result: args.src === undefined ? {} : { src: args.src },
    },
    requestFor(path, loaded),
    seen,
    context,
  );
  return loaded === undefined ? asSureAsSource(args, outcome, seen) : outcome;
}

/** Makes the outcome uncertain if an earlier change of the plan may bring or change the source on the host. */
function asSureAsSource({ src = '' }: Arguments, outcome: Outcome, seen: Seen): Outcome {
  if (seen.certainty(file(withoutSlash(src), 'digest')) === 'certain') return outcome;
  if (outcome.kind === 'change') return { ...outcome, certainty: 'after_change' };
  return outcome.kind === 'in_sync' ? { kind: 'cannot_know', because: `an earlier change of ${src}` } : outcome;
}

function attributesOf(args: Arguments, bits: number | undefined): WantedAttributes {
  return { owner: args.owner, group: args.group, mode: args.mode === 'preserve' ? preserved(bits) : args.mode };
}

function preserved(bits: number | undefined): Mode | undefined {
  return bits === undefined ? undefined : { kind: 'octal', bits };
}

async function loadContent(args: Arguments, controller: Controller): Promise<Loaded> {
  if (args.src === undefined) return { kind: 'file', content: contentOf(args.content ?? ''), mode: undefined };
  const source = await controller.fileOrFolder(args.src);
  if (source.kind === 'folder') return { kind: 'folder', folder: await readFolder(source, args.decrypt) };
  if (args.src.endsWith('/'))
    throw new Problem({
      code: 'file-not-folder',
      what: `"${args.src}" is a file, not a folder`,
      why: `It is ${source.path}`,
      remedy: 'Leave out the slash at its end.',
    });
  const clear = args.decrypt ? await source.clear() : undefined;
  if (clear !== undefined) return { kind: 'file', content: bytesContent(clear, true), mode: source.mode };
  const bytes = source.size <= MAX_CONTENT_BYTES ? await source.bytes() : undefined;
  return { kind: 'file', content: { kind: 'file', source, sha256: source.sha256, bytes }, mode: source.mode };
}

function contentOnHost(
  { src = '', unsafe_path: isTrusted }: Arguments,
  seen: Seen,
  context: Context,
): LoadedFile | CannotKnow | Impossible {
  const request = file(withoutSlash(src), 'digest');
  const state = seen.of(request);
  const end = state.type === 'link' ? state.to : undefined;
  const there: FileState = end?.state ?? state;
  switch (there.type) {
    case 'file': {
      if (there.unreadable === true) return cannotLook(src, context.user);
      const way = isTrusted ? OWN_WAY : wayTo(request, true, seen, context);
      return contentOfFile(src, there, end?.path ?? src, way);
    }
    case 'hidden':
      return cannotLook(src, context.user);
    case 'absent':
      return absentSource(src, seen.certainty(request));
    case 'directory':
    case 'link':
    case 'other':
      return {
        kind: 'impossible',
        what: `${src} is ${describeType(there)}, neither a file nor a folder`,
        remedy: 'Name a file or a folder.',
      };
  }
}

function contentOfFile(
  src: string,
  { sha256, size, content: bytes, mode }: RegularFile,
  path: string,
  way: Way,
): LoadedFile | CannotKnow | Impossible {
  if (sha256 === undefined || size === undefined)
    return { kind: 'cannot_know', because: `what an earlier change writes into ${src}` };
  if (way.kind === 'impossible') return way;
  return { kind: 'file', content: { kind: 'host', path, size, sha256, bytes, way }, mode };
}

function absentSource(src: string, certainty: 'certain' | 'after_change'): CannotKnow | Impossible {
  if (certainty === 'after_change') return { kind: 'cannot_know', because: `an earlier change that may bring ${src}` };
  return {
    kind: 'impossible',
    what: `${src} does not exist on the host`,
    remedy: 'Leave remote_src out for a file on the controller.',
  };
}

function requestFor(path: string, loaded: LoadedFile | undefined): ReturnType<typeof file> {
  return loaded === undefined ? file(path, 'digest') : fileRequest(path, loaded.content);
}

function candidates(args: Arguments): readonly string[] {
  const directory = withoutSlash(args.dest);
  const inside = args.src === undefined ? [] : [intoDirectory(directory, args.src)];
  return args.dest.endsWith('/') ? inside : [directory, ...inside];
}
