import type { MountState } from '../../resources/mount.ts';
import type { Run } from './mount-script.ts';
import type { TableEntry } from './mount-table.ts';

/** The wanted state of a mount. */
export interface MountWish {
  readonly src?: string | undefined;
  readonly fstype?: string | undefined;
  readonly opts: string;
  readonly state: 'mounted' | 'present' | 'unmounted' | 'absent' | 'absent_from_fstab' | 'remounted' | 'ephemeral';
}

/**
 * Returns the step that a mount needs; undefined if it needs none. `isChanged`: the line of its table changes. `other`:
 * something else is mounted in its place.
 */
export function findRun(
  args: MountWish,
  state: MountState,
  listed: TableEntry | undefined,
  isChanged: boolean,
): Run | 'other' | undefined {
  switch (args.state) {
    case 'present':
    case 'absent_from_fstab':
      return undefined;
    case 'unmounted':
    case 'absent':
      return state.mounted ? 'umount' : undefined;
    case 'remounted':
      return state.mounted ? remount(args, listed) : 'mount';
    case 'ephemeral':
      if (!state.mounted) return 'mount';
      return isOtherSource(args, state) || isOtherMemory(args, state) || isNotMemory(args, state) ? 'other' : undefined;
    case 'mounted':
      return state.mounted ? adjustment(args, state, listed, isChanged) : 'mount';
  }
}

/** Returns the step that renews a mount. A bind mount cannot be remounted, because it has no file system of its own. */
function remount({ opts }: MountWish, listed: TableEntry | undefined): 'again' | 'remount' {
  return isBound(opts) || isBound(listed?.options ?? '') ? 'again' : 'remount';
}

/** Returns the step for an existing mount. */
function adjustment(
  args: MountWish,
  state: MountState,
  listed: TableEntry | undefined,
  isChanged: boolean,
): 'again' | 'remount' | 'other' | undefined {
  if (isOtherSource(args, state) || isNotMemory(args, state)) {
    // An unmount would destroy the file system in memory with all its files.
    const isLost = state.type === 'tmpfs' && (listed === undefined || listed.source === args.src);
    return isLost ? 'other' : 'again';
  }
  if (!isChanged) return undefined;
  return listed !== undefined && (listed.source !== args.src || listed.type !== args.fstype) ? 'again' : 'remount';
}

/**
 * Returns whether another source is mounted. Only devices and bind mounts can be compared, because the kernel may name
 * a remote mount differently than the task.
 */
function isOtherSource({ src, opts }: MountWish, state: MountState): boolean {
  if (src === undefined || !state.mounted) return false;
  if (isBound(opts)) return src.startsWith('/') && state.bound?.includes(src) === false;
  const device = state.devices[src];
  return device !== undefined && state.source !== src && device !== state.source;
}

/** Returns whether another file system in memory is mounted. Its source has exactly the given name. */
function isOtherMemory(args: MountWish, { type, source }: MountState): boolean {
  return type === 'tmpfs' && !isBound(args.opts) && (args.fstype !== 'tmpfs' || source !== args.src);
}

/** Returns whether the file system that is mounted is not in memory, although the task wants one in memory. */
function isNotMemory({ fstype, opts }: MountWish, { type }: MountState): boolean {
  return fstype === 'tmpfs' && !isBound(opts) && type !== undefined && type !== 'tmpfs';
}

/** Returns whether these options make a bind mount. */
export function isBound(options: string): boolean {
  return options.split(',').some((option) => option === 'bind' || option === 'rbind');
}

/** Returns the state of the mount after the step. */
export function mountAfter(args: MountWish, state: MountState, run: Run | undefined): MountState {
  const { devices, isEmpty } = state;
  switch (run) {
    case undefined:
    case 'remount':
      return state;
    case 'umount':
      return { mounted: false, layers: 0, devices, bound: [], isEmpty };
    case 'mount':
    case 'again': {
      const isOf = isBound(args.opts) ? {} : { source: args.src, type: args.fstype };
      const bound = isBound(args.opts) && args.src !== undefined ? [args.src] : [];
      return { ...isOf, mounted: true, layers: run === 'mount' ? 1 : state.layers, devices, bound, isEmpty };
    }
  }
}
