import { quote } from '../../connection/base/quote.ts';
import { chooseTool, listArchive, namesOfListing, unpackArchive } from '../../resources/archive/archive-script.ts';
import { formatMode } from '../base/file-mode.ts';
import type { Apply, LocalFile } from '../base/module.ts';
import { accountText, type WantedAttributes } from '../path/file-attributes.ts';
import { temporaryRoom } from '../path/foreign-folder.ts';
import { withPinned } from '../path/read-pinned.ts';
import type { UsableWay } from '../path/way-to-path.ts';
import { unpackInRoom } from './archive-in-room.ts';
import type { UnpackOptions } from './archive-options.ts';

interface ToUnpack extends WantedAttributes {
  readonly dest: string;
  readonly keep_newer: boolean;
}

/** The place of an archive: uploaded from the controller, or at a path on the host that is not a link. */
export type ArchivePlace =
  | { readonly kind: 'brought'; readonly file: LocalFile }
  | { readonly kind: 'host'; readonly path: string; readonly way: UsableWay };

/** Returns the change that unpacks an archive, and sets owner and mode of its members only. */
export function unpack(args: ToUnpack, options: UnpackOptions, from: ArchivePlace, way: UsableWay): Apply {
  if (from.kind === 'brought') {
    const { path, room, remove } = temporaryRoom();
    const cleared = [`trap ${quote(remove)} EXIT`, `trap 'exit 1' HUP INT TERM`];
    return {
      script: scriptOf(path, { args, options, way }, cleared),
      uploads: [{ source: from.file, path, mode: '0600', room }],
    };
  }
  if (from.way.kind === 'own') return { script: scriptOf(from.path, { args, options, way }) };
  return { script: withPinned(from.way, from.path, [scriptOf('/proc/self/fd/4', { args, options, way })]) };
}

/** Puts the removal of the set-id bits before each part that sets the whole mode of somebody: `g-s,g=rX` for `g=rX`. */
function withoutSetId(mode: string): string {
  return mode
    .split(',')
    .map((part) => {
      const [who = ''] = part.split('=');
      return who === part ? part : `${/^[ugoa]+$/.test(who) ? who : 'ug'}-s,${part}`;
    })
    .join(',');
}

interface Unpack {
  readonly args: ToUnpack;
  readonly options: UnpackOptions;
  readonly way: UsableWay;
}

/** Returns shell text that unpacks the archive. `ahead`: lines at its beginning. */
function scriptOf(archive: string, { args, options, way }: Unpack, ahead: readonly string[] = []): string {
  const { mode } = args;
  const account =
    args.group === undefined ? accountText(args.owner) : `${accountText(args.owner)}:${accountText(args.group)}`;
  const failed = `printf '%s\\n' "$l" >&2; exit 1`;
  // chmod removes the set-id bits of a directory only if the mode has five digits, or names them.
  const bits = mode === undefined ? '' : mode.kind === 'octal' ? `0${formatMode(mode.bits)}` : withoutSetId(mode.text);
  const steps = [
    account === '' && mode === undefined ? chooseTool(failed) : listArchive(options, failed),
    unpackArchive(options, args.keep_newer),
    'cd -P -- "$d"',
    ...(account === '' ? [] : [`${namesOfListing(options, 'all')} | xargs -0 -r chown -h -- ${quote(account)}`]),
    ...(mode === undefined ? [] : [`${namesOfListing(options, 'not_links')} | xargs -0 -r chmod -- ${quote(bits)}`]),
  ];
  const byUnzip = [
    ...(account === '' ? [] : [`chown -h -- ${quote(account)} .`]),
    ...(mode === undefined ? [] : [`chmod -- ${quote(bits)} .`]),
  ].join(' && ');
  return [
    '(',
    `a=${quote(archive)} d=${quote(args.dest)}`,
    ...ahead,
    ...(way.kind === 'own' ? ['set -e', ...steps] : [unpackInRoom(way, args.dest, ['umask 022', ...steps], byUnzip)]),
    ')',
  ].join('\n');
}
