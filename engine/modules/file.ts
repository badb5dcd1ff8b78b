import { z } from 'zod';
import { file } from '../resources/file.ts';
import type { Request } from '../resources/resource.ts';
import { boolean, openText, path } from './arguments.ts';
import { attributeArguments } from './file-attributes.ts';
import { planAbsent } from './file-absent.ts';
import { ancestorsOf, planDirectory, treeProbe } from './file-directory.ts';
import { planExisting, planTouch } from './file-existing.ts';
import { planHardLink, planLink, resolvedTarget } from './file-link.ts';
import type { Outcome } from './module.ts';
import { defineModule } from './module.ts';

const schema = z
  .strictObject({
    path: path().describe('The path on the host.'),
    state: z
      .enum(['file', 'directory', 'link', 'hard', 'touch', 'absent'])
      .optional()
      .describe(
        '`file`: it must be there already, only owner and mode are set. `directory`: it is made, with the directories above it. `link`, `hard`: a link to src. `touch`: made empty, or its time set. `absent`: removed, with all that is beneath.',
      ),
    src: openText().optional().describe('For links: what they lead to. A symbolic link may name it relative to its own directory.'),
    ...attributeArguments,
    recurse: boolean().default(false).describe('Whether owner and mode are set for everything beneath a directory as well.'),
    follow: boolean().default(true).describe('Whether owner and mode are those of what a link leads to.'),
    force: boolean().default(false).describe('Whether a link may take the place of a file or an empty directory, and lead to what does not exist.'),
    modification_time: z.enum(['now', 'preserve']).default('now').describe('For touch: whether the time of a file that is there is set.'),
  })
  .refine((args) => (args.state === 'link' || args.state === 'hard') === (args.src !== undefined), {
    error: ({ input }) =>
      typeof input === 'object' && input !== null && 'src' in input ? 'src is for state: link and state: hard' : 'state: link and state: hard need src',
  })
  .refine((args) => !args.recurse || args.state === 'directory', 'recurse is for state: directory');
export type FileArguments = z.infer<typeof schema>;

export const module = defineModule<FileArguments>({
  name: 'file',
  summary: 'Make directories and links, set owner and mode, remove files.',
  arguments: schema,
  examples: [
    'file: { path: /etc/etcd, state: directory, owner: etcd, mode: "0700" }',
    'file: { path: /usr/local/bin/kubectl, src: /opt/kubernetes/kubectl, state: link }',
    'file: { path: /etc/nginx/sites-enabled/default, state: absent }',
  ],
  observes(args) {
    const requests: Request[] = [file(args.path, args.follow && args.state !== 'link' && args.state !== 'absent' ? 'target' : 'attributes')];
    if (args.state === 'directory') requests.push(...ancestorsOf(args.path).map((ancestor) => file(ancestor, 'target')));
    if (args.recurse) requests.push(treeProbe(args.path));
    if (typeof args.src === 'string') {
      const target = resolvedTarget(args.path, args.src);
      if (target !== undefined) requests.push(file(target, 'target'));
    }
    return requests;
  },
  plan(args, _loaded, seen, context): Outcome {
    switch (args.state) {
      case 'absent':
        return planAbsent(args.path, seen, context);
      case 'directory':
        return planDirectory(args, seen, context);
      case 'link':
        return planLink(args, seen, context);
      case 'hard':
        return planHardLink(args, seen, context);
      case 'touch':
        return planTouch(args, seen, context);
      case 'file':
      case undefined:
        return planExisting(args, seen, context);
    }
  },
});
