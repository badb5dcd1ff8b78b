import { z } from 'zod';
import { file } from '../resources/file.ts';
import { Secret } from '../values/base/secret.ts';
import { Unknown } from '../values/base/value.ts';
import { boolean, pathOrDirectory, plainText } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { aboveNeeds, fileNeeds } from './path/file-needs.ts';
import { type Content, contentOf } from './write/file-content.ts';
import { intoDirectory, isDirectoryAt, withoutSlash } from './write/file-destination.ts';
import { fileRequest, planFile } from './write/file-plan.ts';
import { foreignFileArguments, writeArguments } from './write/file-write-arguments.ts';

const LINE_ENDS = { '\n': '\n', '\r\n': '\r\n', '\r': '\r', '\\n': '\n', '\\r\\n': '\r\n', '\\r': '\r' } as const;

const schema = z.strictObject({
  src: plainText().describe('The template, in templates/ of the role or beside the playbook.'),
  dest: pathOrDirectory().describe(
    'The path of the file on the host. If it ends with a slash, or is a directory, the file is put into that directory, with the name of src.',
  ),
  ...writeArguments,
  force: boolean().default(true).describe('Whether an existing file with another content is replaced.'),
  follow: boolean().default(false).describe('Whether a link at dest stays, and its target is written.'),
  newline_sequence: z
    .enum(['\n', '\r\n', '\r', '\\n', '\\r\\n', '\\r'])
    .default('\n')
    .transform((written) => LINE_ENDS[written])
    .describe('The line end of the file. The line ends of the template do not matter.'),
});
type Arguments = z.infer<typeof schema>;

const HANDLEBARS = 'Leave it out: templates are Handlebars, see runbook docs --helpers.';

export const module = defineModule<Arguments, Content>({
  name: 'template',
  summary: 'Write a file from a Handlebars template.',
  arguments: schema,
  foreign: {
    ...foreignFileArguments,
    trim_blocks: `Write {{~#if x}} or {{#if x~}}: ~ removes the spaces and line ends beside it. ${HANDLEBARS}`,
    lstrip_blocks: `Write {{~#if x}} or {{#if x~}}: ~ removes the spaces and line ends beside it. ${HANDLEBARS}`,
    variable_start_string: `Write \\{{ for two braces in the file. ${HANDLEBARS}`,
    variable_end_string: `Write \\{{ for two braces in the file. ${HANDLEBARS}`,
    block_start_string: HANDLEBARS,
    block_end_string: HANDLEBARS,
    comment_start_string: HANDLEBARS,
    comment_end_string: HANDLEBARS,
    output_encoding: 'Files are written as UTF-8. Convert it by shell: iconv.',
  },
  examples: [
    'template: { src: etcd.yaml.hbs, dest: /etc/etcd/etcd.yaml, owner: etcd, mode: "0600" }',
    'template: { src: haproxy.cfg.hbs, dest: /etc/haproxy/haproxy.cfg, validate: haproxy -c -f %s }',
  ],
  isQuiet: true,
  load: async (args, controller) => contentOf(withLineEnds(await controller.template(args.src), args.newline_sequence)),
  observes: (args, content, context) => {
    const directory = withoutSlash(args.dest);
    const inside = intoDirectory(directory, args.src);
    const paths = args.dest.endsWith('/') ? [inside] : [directory, inside];
    const above = args.dest.endsWith('/') ? aboveNeeds(inside) : [];
    return [
      ...fileNeeds(paths, args, context),
      ...above,
      file(directory, 'target'),
      ...paths.map((path) => fileRequest(path, content)),
    ];
  },
  plan(args, content, seen, context) {
    const directory = withoutSlash(args.dest);
    const isInside = args.dest.endsWith('/') || isDirectoryAt(directory, seen);
    const path = isInside ? intoDirectory(directory, args.src) : directory;
    return planFile(
      {
        path,
        content,
        attributes: args,
        follow: args.follow,
        force: args.force,
        backup: args.backup,
        validate: args.validate,
        unsafe: args.unsafe_writes,
        unsafePath: args.unsafe_path,
        hasNeeds: true,
        makesDirectory: args.dest.endsWith('/') ? { owner: args.owner, group: args.group } : undefined,
        result: { src: args.src },
      },
      fileRequest(path, content),
      seen,
      context,
    );
  },
});

function withLineEnds(text: string | Secret | Unknown, end: '\n' | '\r\n' | '\r'): string | Secret | Unknown {
  if (end === '\n' || text instanceof Unknown) return text;
  if (text instanceof Secret) return Secret.around(text.reveal().replace(/\r?\n/g, end));
  return text.replace(/\r?\n/g, end);
}
