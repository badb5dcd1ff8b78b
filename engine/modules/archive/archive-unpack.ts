import { quote } from '../../connection/base/quote.ts';
import { chooseTool, listArchive, namesOfListing, unpackArchive } from '../../resources/archive/archive-script.ts';
import type { UnpackOptions } from './archive-options.ts';
import { accountText } from '../path/file-attributes.ts';
import type { WantedAttributes } from '../path/file-attributes.ts';
import { formatMode } from '../base/file-mode.ts';
import { temporaryRoom } from '../path/foreign-folder.ts';
import { unpackInRoom } from './archive-in-room.ts';
import type { Apply, LocalFile } from '../base/module.ts';
import type { UsableWay } from '../path/way-to-path.ts';

interface ToUnpack extends WantedAttributes {
  /** A path on the host, where the archive is not brought. */
  readonly src: string;
  readonly dest: string;
  readonly keep_newer: boolean;
}

/** What unpacks an archive, and gives owner and mode to what was in it, and to nothing else. */
export function unpack(args: ToUnpack, options: UnpackOptions, brought: LocalFile | undefined, way: UsableWay): Apply {
  const place = brought === undefined ? undefined : temporaryRoom();
  const archive = place?.path ?? args.src;
  const { mode } = args;
  const account = args.group === undefined ? accountText(args.owner) : `${accountText(args.owner)}:${accountText(args.group)}`;
  const failed = `printf '%s\\n' "$l" >&2; exit 1`;
  // A directory's set-id bits only go away if five digits say so.
  const bits = mode === undefined ? '' : mode.kind === 'octal' ? `0${formatMode(mode.bits)}` : mode.text;
  const steps = [
    account === '' && mode === undefined ? chooseTool(failed) : listArchive(options, failed),
    unpackArchive(options, args.keep_newer),
    'cd -- "$d"',
    ...(account === '' ? [] : [`${namesOfListing(options, 'all')} | xargs -0 -r chown -h -- ${quote(account)}`]),
    ...(mode === undefined ? [] : [`${namesOfListing(options, 'not_links')} | xargs -0 -r chmod -- ${quote(bits)}`]),
  ];
  const script = [
    '(',
    `a=${quote(archive)} d=${quote(args.dest)}`,
    ...(place === undefined ? [] : [`trap ${quote(place.remove)} EXIT`, `trap 'exit 1' HUP INT TERM`]),
    ...(way.kind === 'own' ? ['set -e', ...steps] : [unpackInRoom(way, args.dest, ['umask 022', ...steps])]),
    ')',
  ].join('\n');
  if (brought === undefined || place === undefined) return { script };
  return { script, uploads: [{ source: brought, path: archive, mode: '0600', room: place.room }] };
}
