import { z } from 'zod';
import { file } from '../resources/file.ts';
import type { FileState } from '../resources/file/file-state.ts';
import { type Value, type ValueMap, Unknown } from '../values/base/value.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { boolean, path } from './base/arguments.ts';
import { formatMode } from './base/file-mode.ts';
import { defineModule } from './base/module.ts';
import { cannotLook } from './path/file-needs.ts';

const schema = z.strictObject({
  path: path().describe('The path on the host.'),
  follow: boolean()
    .default(false)
    .describe('Whether the result describes the target of a link, and not the link itself.'),
  get_checksum: boolean().default(true).describe('Whether the digest of a file is computed.'),
  checksum_algorithm: z
    .literal('sha256', {
      error: 'must be sha256\nFor another digest write query: md5sum PATH, or sha1sum, sha512sum, ….',
    })
    .default('sha256')
    .describe('The algorithm of the digest: SHA-256.'),
});
type Arguments = z.infer<typeof schema>;

const MIME = idleAs([false], 'Leave it out. Use query: file --brief --mime-type PATH.');
const ATTRIBUTES = idleAs([false], 'Leave it out. Use query: lsattr -d PATH.');

export const module = defineModule<Arguments>({
  name: 'stat',
  summary: 'Get information about a path.',
  arguments: schema,
  freeForm: 'path',
  aliases: { dest: 'path', name: 'path', checksum: 'checksum_algorithm', checksum_algo: 'checksum_algorithm' },
  foreign: {
    get_md5: idleAs([false], 'Leave it out. Use query: md5sum PATH.'),
    get_mime: MIME,
    mime: MIME,
    mime_type: MIME,
    'mime-type': MIME,
    get_attributes: ATTRIBUTES,
    attr: ATTRIBUTES,
    attributes: ATTRIBUTES,
  },
  examples: ['stat: { path: /var/lib/etcd/member }'],
  observes: (args) => [requestOf(args)],
  plan(args, _loaded, seen, context) {
    const state = seen.of(requestOf(args));
    if (seen.certainty(requestOf(args)) === 'after_change') {
      const because = `an earlier change of ${args.path}`;
      return { kind: 'cannot_know', because, planned: { stat: new Unknown(because) } };
    }
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
    ...otherTypes(state),
    mode: known(state.mode === undefined ? undefined : formatMode(state.mode), 'mode'),
    uid: known(state.uid, 'owner'),
    gid: known(state.gid, 'group'),
    pw_name: known(state.owner, 'owner'),
    gr_name: known(state.group, 'group'),
    ...permissions(path, state.mode),
    ...identity(state.identity),
    mtime: known(state.mtime, 'time'),
    ...(state.type === 'file'
      ? {
          size: known(state.size, 'size'),
          ...(withChecksum ? { checksum: state.unreadable === true ? null : known(state.sha256, 'content') } : {}),
        }
      : {}),
    ...(state.type === 'link'
      ? { lnk_target: state.target, ...(state.to?.path === undefined ? {} : { lnk_source: state.to.path }) }
      : {}),
  };
}

function otherTypes(state: FileState): ValueMap {
  const what = state.type === 'other' ? state.what : '';
  return {
    isblk: what === 'a block device',
    ischr: what === 'a character device',
    isfifo: what === 'a named pipe',
    issock: what === 'a socket',
  };
}

const BITS = {
  rusr: 0o400,
  wusr: 0o200,
  xusr: 0o100,
  rgrp: 0o040,
  wgrp: 0o020,
  xgrp: 0o010,
  roth: 0o004,
  woth: 0o002,
  xoth: 0o001,
  isuid: 0o4000,
  isgid: 0o2000,
} as const;

function permissions(path: string, mode: number | undefined): ValueMap {
  const value = (bit: number): Value =>
    mode === undefined ? new Unknown(`the mode of ${path} is known after an earlier change`) : (mode & bit) !== 0;
  return Object.fromEntries(Object.entries(BITS).map(([name, bit]) => [name, value(bit)]));
}

/** Returns device and inode, if the host has reported them. */
function identity(text: string | undefined): ValueMap {
  const [device, inode] = text?.split(':') ?? [];
  return device === undefined || inode === undefined ? {} : { dev: Number(device), inode: Number(inode) };
}
