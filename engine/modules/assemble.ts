import { z } from 'zod';
import type { Seen } from '../resources/base/resource.ts';
import { wholeFile } from '../resources/file.ts';
import { MAX_FRAGMENT_BYTES, fragmentsRequest } from '../resources/fragments.ts';
import { EndlessMatch } from '../values/language/match-limit.ts';
import { boolean, path, plainText } from './base/arguments.ts';
import {
  type CannotKnow,
  type Context,
  type Controller,
  type Impossible,
  type Outcome,
  defineModule,
} from './base/module.ts';
import { pattern } from './edit/regular-expression.ts';
import { assembled } from './file/assembled.ts';
import { readFolder } from './file/copy-folder.ts';
import { fileNeeds } from './path/file-needs.ts';
import { bytesContent } from './write/file-content.ts';
import { planFile } from './write/file-plan.ts';
import { foreignFileArguments, writeArguments } from './write/file-write-arguments.ts';

const schema = z
  .strictObject({
    src: plainText().describe(
      'The folder with the fragments: its absolute path on the host; with remote_src false, a folder in files/ of the role or beside the playbook.',
    ),
    dest: path().describe('The file that is made of the fragments. A link in its place is replaced.'),
    remote_src: boolean().default(true).describe('Whether src is a folder of the host.'),
    delimiter: plainText().optional().describe('The text between two fragments. \\n in it is a newline.'),
    regexp: pattern({ classes: 'unicode' })
      .optional()
      .describe('The expression that the names of the fragments match.'),
    ignore_hidden: boolean().default(false).describe('Whether names that begin with a dot are left out.'),
    decrypt: boolean().default(true).describe('With remote_src false: whether encrypted fragments are decrypted.'),
    ...writeArguments,
  })
  .refine((args) => !args.remote_src || args.src.startsWith('/'), {
    path: ['src'],
    message: 'must be an absolute path\nFor a folder of the controller write remote_src: false.',
  });
type Arguments = z.infer<typeof schema>;

/** The fragments of the controller; undefined for those of the host. */
interface Loaded {
  readonly fragments: readonly Part[];
}

interface Part {
  readonly name: string;
  readonly bytes: Buffer;
  readonly isSecret: boolean;
}

export const module = defineModule<Arguments, Loaded | undefined>({
  name: 'assemble',
  summary: 'Make one file of all files in a folder, in the order of their names.',
  arguments: schema,
  foreign: foreignFileArguments,
  examples: [
    'assemble: { src: /etc/app/conf.d, dest: /etc/app/app.conf, mode: "0644" }',
    'assemble: { src: hosts.d, dest: /srv/hosts, remote_src: false, delimiter: "# ---" }',
  ],
  load: (args, controller) => (args.remote_src ? Promise.resolve(undefined) : loadParts(args, controller)),
  observes: (args, loaded, context) => [
    wholeFile(args.dest),
    ...fileNeeds([args.dest], args, context),
    ...(loaded === undefined ? [fragmentsRequest(args.src)] : []),
  ],
  plan(args, loaded, seen, context) {
    const parts = loaded?.fragments ?? partsOnHost(args, seen, context);
    if ('kind' in parts) return parts;
    return planned(args, parts, seen, context);
  },
});

async function loadParts({ src, decrypt }: Arguments, controller: Controller): Promise<Loaded> {
  const source = await controller.fileOrFolder(src);
  const { files } = source.kind === 'folder' ? await readFolder(source, decrypt) : { files: [] };
  return {
    fragments: files.flatMap(({ name, bytes, isSecret }) =>
      name.includes('/') || bytes === undefined ? [] : [{ name, bytes, isSecret }],
    ),
  };
}

function partsOnHost({ src }: Arguments, seen: Seen, { user }: Context): readonly Part[] | Impossible | CannotKnow {
  const request = fragmentsRequest(src);
  const { exists, fragments } = seen.of(request);
  if (seen.certainty(request) === 'after_change')
    return { kind: 'cannot_know', because: `an earlier change of files in ${src}` };
  if (!exists)
    return {
      kind: 'impossible',
      what: `${src} is not a folder of the host`,
      remedy: 'Make it with a task before this one; for a folder of the controller write remote_src: false.',
    };
  const closed = fragments.find(({ content }) => content === undefined);
  if (closed !== undefined)
    return {
      kind: 'impossible',
      what: `${src}/${closed.name} cannot be used: it may not be read by ${user}, or is larger than ${MAX_FRAGMENT_BYTES / 1024 / 1024} MiB`,
      remedy: 'Leave it out by regexp, or set become: true on the task.',
    };
  return fragments.map(({ name, content = '' }) => ({ name, bytes: Buffer.from(content, 'base64'), isSecret: false }));
}

function planned(args: Arguments, parts: readonly Part[], seen: Seen, context: Context): Outcome {
  const bytes = joined(args, parts);
  if (!Buffer.isBuffer(bytes)) return bytes;
  return planFile(
    {
      path: args.dest,
      content: bytesContent(
        bytes,
        parts.some(({ isSecret }) => isSecret),
      ),
      attributes: args,
      follow: false,
      force: true,
      backup: args.backup,
      validate: args.validate,
      unsafe: args.unsafe_writes,
      unsafePath: args.unsafe_path,
      hasNeeds: true,
      makesDirectory: undefined,
      result: { src: args.src },
    },
    wholeFile(args.dest),
    seen,
    context,
  );
}

function joined(args: Arguments, parts: readonly Part[]): Buffer | Impossible {
  try {
    const chosen = parts.filter(
      ({ name }) => args.regexp?.test(name) !== false && !(args.ignore_hidden && name.startsWith('.')),
    );
    return assembled(chosen, args.delimiter);
  } catch (error) {
    if (!(error instanceof EndlessMatch)) throw error;
    return { kind: 'impossible', what: `regexp: ${error.message}`, why: error.why, remedy: error.remedy };
  }
}
