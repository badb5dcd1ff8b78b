import { type Prediction, predictedOf } from './base/resource.ts';
import { files } from './file.ts';
import type { FileState, RegularFile } from './file/file-state.ts';
import { wantedLinks } from './system/unit-install.ts';
import type { UnitState } from './system/unit-state.ts';

/** Folders of unit files. The first folder with the file counts. */
const FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/lib/systemd/system',
  '/usr/lib/systemd/system',
];

const HAS_INSTALL = /^\[Install\]\s*$/m;

/** The units that a path belongs to. */
interface UnitPath {
  /** The name of the unit file, or of the unit to which the drop-in belongs. */
  readonly name: string;
  readonly part: 'main' | 'drop-in' | 'link';
  readonly rank: number;
}

/** Returns the state of a unit after a change of a file; undefined if the change does not affect the unit. */
export function unitFileChange(state: UnitState, id: string, effect: Prediction): UnitState | 'stale' | undefined {
  const file = predictedOf(files, effect);
  if (file === undefined || state.load === 'unmanaged') return undefined;
  const path = unitPath(effect.request.id);
  if (path === undefined || !isAbout(path, id)) return undefined;
  switch (path.part) {
    case 'link':
      return 'stale';
    case 'drop-in':
      return state.load === 'not-found' ? undefined : { ...state, needsReload: true };
    case 'main':
      return rankOf(state) < path.rank ? undefined : afterMain(state, id, file, effect.request.id);
  }
}

/** True if a path is the file or a drop-in of the unit. */
export function isUnitFileOf(path: string, id: string): boolean {
  const found = unitPath(path);
  return found !== undefined && found.part !== 'link' && isAbout(found, id);
}

/**
 * Prints all drop-ins on disk, one per line. Leaves out empty drop-ins and links to /dev/null, which have no effect.
 */
export const LIST_DROP_INS = `for path in ${FOLDERS.map((folder) => `${folder}/*.d/*.conf`).join(' ')}; do [ ! -s "$path" ] || printf '@%s\\n' "$path"; done
`;

/** Returns the paths in the output of LIST_DROP_INS. */
export function listedDropIns(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => (line.startsWith('@') ? [line.slice(1)] : []));
}

/**
 * True if a unit has a drop-in on disk that is not in its DropInPaths, so systemd has not read it. systemd 252 does not
 * notice a drop-in in a new directory, and says that no reload is needed.
 */
export function hasUnreadDropIn(id: string, onDisk: readonly string[], dropInPaths: string): boolean {
  const read = new Set(dropInPaths.split(' ').map((path) => path.slice(path.lastIndexOf('/') + 1)));
  return onDisk.some((path) => !read.has(path.slice(path.lastIndexOf('/') + 1)) && isUnitFileOf(path, id));
}

function unitPath(path: string): UnitPath | undefined {
  const rank = FOLDERS.findIndex((folder) => path.startsWith(`${folder}/`));
  const folder = FOLDERS[rank];
  if (folder === undefined) return undefined;
  const [first = '', second, ...rest] = path.slice(folder.length + 1).split('/');
  if (rest.length > 0) return undefined;
  if (second === undefined) return { name: first, part: 'main', rank };
  if (/\.(wants|requires|upholds)$/.test(first)) return { name: second, part: 'link', rank };
  return first.endsWith('.d') && second.endsWith('.conf')
    ? { name: first.slice(0, -2), part: 'drop-in', rank }
    : undefined;
}

/**
 * True if the path belongs to the unit. `foo@.service` belongs to every `foo@x.service`. A drop-in for `service`
 * belongs to all services, a drop-in for `foo-.service` to all with the prefix `foo-`.
 */
function isAbout({ name, part }: UnitPath, id: string): boolean {
  if (name === id) return true;
  const [, stem = '', instance, suffix = ''] = /^([^@]*?)(@.*)?\.([a-z]+)$/.exec(id) ?? [];
  if (instance !== undefined && name === `${stem}@.${suffix}`) return true;
  if (part !== 'drop-in') return false;
  return name === suffix || (name.endsWith(`-.${suffix}`) && stem.startsWith(name.slice(0, -suffix.length - 1)));
}

function rankOf(state: UnitState): number {
  const rank = FOLDERS.findIndex((folder) => state.fragment?.startsWith(`${folder}/`));
  return rank < 0 ? FOLDERS.length : rank;
}

function afterMain(state: UnitState, id: string, file: FileState, path: string): UnitState | 'stale' {
  switch (file.type) {
    case 'absent':
      if (state.fragment !== undefined && state.fragment !== path) return state;
      return state.active === 'inactive' || state.active === 'failed'
        ? { ...state, load: 'not-found', file: '', fragment: '', needsReload: false }
        : { ...state, needsReload: true };
    case 'link':
      return file.target === '/dev/null' ? { ...state, load: 'masked', file: 'masked', needsReload: true } : 'stale';
    case 'file':
      return state.load === 'not-found'
        ? { ...fresh(state, file, path), ...wantedBy(file, id), links: [] }
        : {
            ...state,
            load: 'loaded',
            fragment: path,
            needsReload: true,
            ...(state.load === 'masked' ? { file: fileBehindMask(state, file, id) } : {}),
            ...(state.links === undefined ? {} : wantedBy(file, id)),
          };
    case 'directory':
    case 'other':
    case 'hidden':
      return 'stale';
  }
}

/**
 * Returns whether a unit is enabled whose mask a file has replaced: links that enabled it before it was masked count
 * again. Undefined if only systemd knows it.
 */
function fileBehindMask({ links }: UnitState, file: RegularFile, id: string): UnitState['file'] {
  const text = file.content?.toString('utf8');
  if (text === undefined) return undefined;
  if (!HAS_INSTALL.test(text)) return 'static';
  const { wantedLinks: wanted = [] } = wantedBy(file, id);
  if (links === undefined || wanted.length === 0) return undefined;
  return wanted.some((link) => links.includes(link)) ? 'enabled' : 'disabled';
}

function wantedBy(file: RegularFile, id: string): Pick<UnitState, 'wantedLinks'> {
  return {
    wantedLinks: file.content === undefined ? undefined : wantedLinks(file.content.toString('utf8').split('\n'), id),
  };
}

/** Returns the state of a new unit. systemd reads its file at first use, so no reload is needed. */
function fresh(state: UnitState, file: RegularFile, path: string): UnitState {
  const text = file.content?.toString('utf8');
  const value = (key: string): string | undefined => {
    if (text === undefined) return undefined;
    return [...text.matchAll(new RegExp(`^${key}[^\\S\n]*=(.*)$`, 'gm'))].at(-1)?.[1]?.trim() ?? '';
  };
  const type = value('Type');
  const remains = value('RemainAfterExit');
  return {
    ...state,
    load: 'loaded',
    fragment: path,
    file: text === undefined ? 'disabled' : HAS_INSTALL.test(text) ? 'disabled' : 'static',
    needsReload: false,
    type: type === '' ? 'simple' : type,
    canReload: undefined,
    remainsAfterExit: remains === undefined ? undefined : /^(yes|true|on|1)$/i.test(remains),
  };
}
