import { z } from 'zod';
import { boolean, path, plainText } from './arguments.ts';
import { attributeArguments } from './file-attributes.ts';
import type { Content } from './file-content.ts';
import { contentOf } from './file-content.ts';
import { fileRequest, planFile } from './file-plan.ts';
import { defineModule } from './module.ts';

const schema = z.strictObject({
  src: plainText().describe('The template, in templates/ of the role or beside the playbook.'),
  dest: path().describe('Where the file goes on the host.'),
  ...attributeArguments,
  force: boolean().default(true).describe('Whether a file that is there and differs is replaced.'),
  follow: boolean().default(false).describe('Whether a link at dest is kept and the file that it leads to is written.'),
  backup: boolean().default(false).describe('Whether the file that is replaced is kept beside it, with the time in its name.'),
  validate: plainText().optional().describe('A command that checks the new file before it takes its place; %s stands for the file.'),
});

export const module = defineModule<z.infer<typeof schema>, Content>({
  name: 'template',
  summary: 'Write a file from a Handlebars template.',
  arguments: schema,
  examples: [
    'template: { src: etcd.yaml.hbs, dest: /etc/etcd/etcd.yaml, owner: etcd, mode: "0600" }',
    'template: { src: haproxy.cfg.hbs, dest: /etc/haproxy/haproxy.cfg, validate: haproxy -c -f %s }',
  ],
  load: async (args, controller) => contentOf(await controller.template(args.src)),
  observes: (args, content) => [fileRequest(args.dest, content)],
  plan: (args, content, seen, context) =>
    planFile(
      {
        path: args.dest,
        content,
        attributes: args,
        follow: args.follow,
        force: args.force,
        backup: args.backup,
        validate: args.validate,
        result: { src: args.src },
      },
      fileRequest(args.dest, content),
      seen,
      context,
    ),
});
