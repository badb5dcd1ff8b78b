/** A member of an archive. Fields that the archive does not have are undefined. */
export interface Member {
  /** The name as `tidyName` returns it, relative to the folder of unpacking; empty for that folder itself. */
  readonly name: string;
  readonly type: 'file' | 'directory' | 'link' | 'hard_link' | 'other';
  readonly size: number | undefined;
  /** Permission bits. */
  readonly mode: number | undefined;
  readonly owner: string | undefined;
  readonly uid: number | undefined;
  readonly group: string | undefined;
  readonly gid: number | undefined;
  readonly modified: Modified | undefined;
  /** The target of a link as it is written, or of a hard link the name of another member. */
  readonly target: string | undefined;
}

/** A time. A zip archive may have only a local time: `20261128.174059` in the time zone of the host. */
export type Modified =
  | { readonly kind: 'seconds'; readonly seconds: number }
  | { readonly kind: 'local'; readonly digits: string };

/** Removes slashes at the ends of a name and `.` in it, as tar and unzip do. */
export function tidyName(name: string): string {
  return name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/** Removes the first components of a name, as tar's --strip-components does. Returns undefined if nothing is left. */
export function stripped(name: string, components: number): string | undefined {
  const trimmed = name.replace(/^\/+/, '');
  if (components === 0) return trimmed;
  const parts = trimmed.split(/\/+/);
  const rest = parts.slice(components).join('/');
  return rest === '' ? undefined : rest;
}

/** Returns a sentence that says why it is not safe to unpack these members; undefined if it is safe. */
export function dangerOf(members: readonly Member[]): string | undefined {
  const links = new Set(members.filter(({ type }) => type === 'link').map(({ name }) => name));
  for (const { name, type, target } of members) {
    const shown = JSON.stringify(name);
    if (name.split('/').includes('..'))
      return `it holds ${shown}, which leads out of the folder that it is unpacked in`;
    if (type === 'hard_link' && (target === undefined || target.startsWith('/') || target.split('/').includes('..')))
      return `it holds ${shown}, a hard link to ${JSON.stringify(target ?? '')}, which is not in the archive`;
    for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
      const above = name.slice(0, slash);
      if (links.has(above)) return `it holds ${shown} beneath ${JSON.stringify(above)}, which is a link in it`;
    }
  }
  return undefined;
}
