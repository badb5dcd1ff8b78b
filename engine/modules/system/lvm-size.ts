import type { Space } from './lvm.ts';

/** The size of a logical volume as a task names it. */
export type VolumeSize =
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** A share of the group, in percent. */
  | { readonly kind: 'of_group'; readonly percent: number }
  /** A share of the free room, when the volume is made. */
  | { readonly kind: 'of_free'; readonly percent: number }
  /** All room that is free, in each run. */
  | { readonly kind: 'all_free' };

const POWERS: ReadonlyMap<string, number> = new Map(
  ['k', 'm', 'g', 't', 'p', 'e'].map((unit, index) => [unit, 1024 ** (index + 1)]),
);
const SECTOR = 512;

/**
 * Reads a size, such as `20G`, `512`, `50%VG` or `+100%FREE`; undefined if the text is not a size. LVM counts with
 * powers of 1024.
 */
export function readSize(text: string): VolumeSize | undefined {
  if (/^\+100%FREE$/i.test(text)) return { kind: 'all_free' };
  const share = /^(?<percent>[0-9]{1,3})%(?<of>VG|FREE)$/i.exec(text)?.groups;
  if (share !== undefined) {
    const percent = Number(share['percent']);
    if (percent < 1 || percent > 100) return undefined;
    return { kind: share['of']?.toUpperCase() === 'VG' ? 'of_group' : 'of_free', percent };
  }
  const size = /^(?<count>[0-9]+(?:\.[0-9]+)?)(?<unit>[a-z]?)$/i.exec(text)?.groups;
  if (size === undefined) return undefined;
  const unit = bytesOf(size['unit']?.toLowerCase() ?? '');
  const bytes = Math.ceil(Number(size['count']) * (unit ?? 0));
  return bytes > 0 && Number.isSafeInteger(bytes) ? { kind: 'bytes', bytes } : undefined;
}

function bytesOf(unit: string): number | undefined {
  if (unit === 'b') return 1;
  if (unit === 's') return SECTOR;
  return POWERS.get(unit === '' ? 'm' : unit);
}

/** Returns the size in extents. `has`: the extents that the volume has; undefined if it is made. */
export function extentsFor(size: VolumeSize, { extent, all, free }: Space, has: number | undefined): number {
  switch (size.kind) {
    case 'bytes':
      return Math.ceil(size.bytes / extent);
    case 'of_group':
      return Math.floor((all * size.percent) / 100);
    case 'of_free':
      return has ?? Math.floor((free * size.percent) / 100);
    case 'all_free':
      return (has ?? 0) + free;
  }
}
