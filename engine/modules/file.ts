import { file } from '../resources/file.ts';
import type { Request } from '../resources/resource.ts';
import type { FileArguments } from './file-arguments.ts';
import { fileArguments } from './file-arguments.ts';
import { planAbsent } from './file-absent.ts';
import { ancestorsOf, planDirectory } from './file-directory.ts';
import { treeProbe } from './file-tree.ts';
import { planExisting, planTouch } from './file-existing.ts';
import { planHardLink, planLink, resolvedTarget } from './file-link.ts';
import type { Outcome } from './module.ts';
import { defineModule } from './module.ts';

export const module = defineModule<FileArguments>({
  name: 'file',
  summary: 'Make directories and links, set owner and mode, remove files.',
  arguments: fileArguments,
  examples: [
    'file: { path: /etc/etcd, state: directory, owner: etcd, mode: "0700" }',
    'file: { path: /usr/local/bin/kubectl, src: /opt/kubernetes/kubectl, state: link }',
    'file: { path: /etc/nginx/sites-enabled/default, state: absent }',
  ],
  observes(args) {
    const requests: Request[] = [
      file(args.path, args.follow && args.state !== 'link' && args.state !== 'absent' ? 'target' : 'attributes'),
    ];
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
