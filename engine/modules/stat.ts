import { z } from 'zod';
import { file } from '../resources/file.ts';
import type { FileState } from '../resources/file-state.ts';
import { formatMode } from './file-mode.ts';
import type { Value, ValueMap } from '../values/value.ts';
import { Unknown } from '../values/value.ts';
import { boolean, path } from './arguments.ts';
import { cannotLook } from './file-plan.ts';
import { defineModule } from './module.ts';

const schema = z.strictObject({
  path: path().describe('The path on the host.'),
  follow: boolean().default(false).describe('Whether to tell of what a link leads to.'),
  get_checksum: boolean().default(true).describe('Whether to tell the SHA-256 of a file.'),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'stat',
  summary: 'Tell what stands at a path.',
  arguments: schema,
  freeForm: 'path',
  examples: ['stat: { path: /var/lib/etcd/member }'],
  observes: (args) => [requestOf(args)],
  plan(args, _loaded, seen, context) {
    const state = seen.of(requestOf(args));
    if (state.type === 'hidden') return cannotLook(args.path, context.user);
    const there = state.type === 'link' && args.follow ? (state.to?.state ?? state) : state;
    return { kind: 'in_sync', result: { stat: describe(args.path, there, args.get_checksum) } };
  },
});

function requestOf(args: Arguments): ReturnType<typeof file> {
  return file(args.path, args.get_checksum ? 'digest' : args.follow ? 'target' : 'attributes');
}

function describe(path: string, state: FileState, withChecksum: boolean): ValueMap {
  if (state.type === 'absent' || state.type === 'hidden') return { exists: false };
  const known = (value: Value | undefined, what: string): Value =>
    value ?? new Unknown(`the ${what} of ${path} is known after an earlier change`);
  return {
    exists: true,
    path,
    isreg: state.type === 'file',
    isdir: state.type === 'directory',
    islnk: state.type === 'link',
    mode: known(state.mode === undefined ? undefined : formatMode(state.mode), 'mode'),
    uid: known(state.uid, 'owner'),
    gid: known(state.gid, 'group'),
    pw_name: known(state.owner, 'owner'),
    gr_name: known(state.group, 'group'),
    mtime: known(state.mtime, 'time'),
    ...(state.type === 'file'
      ? {
          size: known(state.size, 'size'),
          ...(withChecksum ? { checksum: state.unreadable === true ? null : known(state.sha256, 'content') } : {}),
        }
      : {}),
    ...(state.type === 'link' ? { lnk_target: state.target, ...(state.to?.path === undefined ? {} : { lnk_source: state.to.path }) } : {}),
  };
}
