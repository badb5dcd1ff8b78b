import { type Prediction, predictedOf } from './base/resource.ts';
import { files } from './file.ts';
import type { FileState, RegularFile } from './file/file-state.ts';
import { wantedLinks } from './system/unit-install.ts';
import type { UnitState } from './system/unit-state.ts';

/** Where unit files are looked for, the first one found counts. */
const FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/lib/systemd/system',
  '/usr/lib/systemd/system',
];

/** Which units a path is about. */
interface UnitPath {
  /** The name of the file, or of the unit whose drop-in it is. */
  readonly name: string;
  readonly part: 'main' | 'drop-in' | 'link';
  readonly rank: number;
}

/** What follows for a unit from a change of a file; undefined where the file is none of its own. */
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

/** The unit that a path belongs to, for callers that only ask which units may have changed. */
export function isUnitFileOf(path: string, id: string): boolean {
  const found = unitPath(path);
  return found !== undefined && found.part !== 'link' && isAbout(found, id);
}

/** Prints all drop-ins on disk, a line each. An empty one says nothing, and so does a link to /dev/null. */
export const LIST_DROP_INS = `for path in ${FOLDERS.map((folder) => `${folder}/*.d/*.conf`).join(' ')}; do [ ! -s "$path" ] || printf '@%s\\n' "$path"; done
`;

export function listedDropIns(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => (line.startsWith('@') ? [line.slice(1)] : []));
}

/**
 * Whether a unit has a drop-in that systemd has not read, by its DropInPaths. systemd 252 does not notice a drop-in in
 * a new directory, and says that no reload is needed.
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
 * `foo@.service` is about every `foo@x.service`, and a drop-in for `service` or `foo-.service` about all that it is the
 * type or prefix of.
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
            ...(state.links === undefined ? {} : wantedBy(file, id)),
          };
    case 'directory':
    case 'other':
    case 'hidden':
      return 'stale';
  }
}

function wantedBy(file: RegularFile, id: string): Pick<UnitState, 'wantedLinks'> {
  return {
    wantedLinks: file.content === undefined ? undefined : wantedLinks(file.content.toString('utf8').split('\n'), id),
  };
}

/** A unit file is read with its first use: there is nothing to be read again. */
function fresh(state: UnitState, file: RegularFile, path: string): UnitState {
  const text = file.content?.toString('utf8');
  const value = (key: string): string | undefined => {
    if (text === undefined) return undefined;
    return [...text.matchAll(new RegExp(`^${key}\\s*=\\s*(.*?)\\s*$`, 'gm'))].at(-1)?.[1] ?? '';
  };
  const type = value('Type');
  const remains = value('RemainAfterExit');
  return {
    ...state,
    load: 'loaded',
    fragment: path,
    file: text === undefined ? 'disabled' : /^\[Install\]\s*$/m.test(text) ? 'disabled' : 'static',
    needsReload: false,
    type: type === '' ? 'simple' : type,
    canReload: undefined,
    remainsAfterExit: remains === undefined ? undefined : /^(yes|true|on|1)$/i.test(remains),
  };
}
