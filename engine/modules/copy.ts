import { z } from 'zod';
import { MAX_CONTENT_BYTES } from '../resources/file-detail.ts';
import { file } from '../resources/file.ts';
import type { Request } from '../resources/resource.ts';
import { boolean, exactlyOne, pathOrDirectory, plainText, text } from './arguments.ts';
import { attributeArguments } from './file-attributes.ts';
import type { Content } from './file-content.ts';
import { contentOf } from './file-content.ts';
import { fileRequest, planFile } from './file-plan.ts';
import type { Controller } from './module.ts';
import { defineModule } from './module.ts';

const schema = exactlyOne(
  z.strictObject({
    src: plainText().optional().describe('The file, in files/ of the role or beside the playbook; or an absolute path.'),
    content: text().optional().describe('What the file shall hold, instead of src.'),
    dest: pathOrDirectory().describe(
      'Where the file goes on the host. With a slash at its end, or where a directory is: into it, under the name that src has.',
    ),
    ...attributeArguments,
    force: boolean().default(true).describe('Whether a file that is there and differs is replaced.'),
    follow: boolean().default(false).describe('Whether a link at dest is kept and the file that it leads to is written.'),
    backup: boolean().default(false).describe('Whether the file that is replaced is kept beside it, with the time in its name.'),
    validate: plainText().optional().describe('A command that checks the new file before it takes its place; %s stands for the file.'),
  }),
  ['src', 'content'],
);
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments, Content>({
  name: 'copy',
  summary: 'Bring a file, or write given text into one.',
  arguments: schema,
  examples: [
    'copy: { src: audit-policy.yaml, dest: /etc/kubernetes/audit-policy.yaml, mode: "0600" }',
    'copy: { content: "br_netfilter\\n", dest: /etc/modules-load.d/k8s.conf }',
  ],
  load: (args, controller) => loadContent(args, controller),
  observes: (args, content) => [file(withoutSlash(args.dest)), ...candidates(args, content)],
  plan(args, content, seen, context) {
    const directory = withoutSlash(args.dest);
    const inside = args.src === undefined ? undefined : pathInside(directory, args.src);
    const isDirectory = args.dest.endsWith('/') || seen.of(file(directory)).type === 'directory';
    if (isDirectory && inside === undefined) {
      return {
        kind: 'impossible',
        what: `${directory} is a directory`,
        remedy: 'Give dest the name of the file as well: content has none.',
      };
    }
    const path = isDirectory && inside !== undefined ? inside : directory;
    return planFile(
      {
        path,
        content,
        attributes: args,
        follow: args.follow,
        force: args.force,
        backup: args.backup,
        validate: args.validate,
        result: args.src === undefined ? {} : { src: args.src },
      },
      fileRequest(path, content),
      seen,
      context,
    );
  },
});

async function loadContent(args: Arguments, controller: Controller): Promise<Content> {
  if (args.src === undefined) return contentOf(args.content ?? '');
  const source = await controller.file(args.src);
  return { kind: 'file', source, sha256: source.sha256, bytes: source.size <= MAX_CONTENT_BYTES ? await source.bytes() : undefined };
}

function candidates(args: Arguments, content: Content): readonly Request[] {
  const directory = withoutSlash(args.dest);
  const inside = args.src === undefined ? [] : [fileRequest(pathInside(directory, args.src), content)];
  return args.dest.endsWith('/') ? inside : [fileRequest(directory, content), ...inside];
}

function pathInside(directory: string, source: string): string {
  const name = source.slice(source.lastIndexOf('/') + 1);
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
