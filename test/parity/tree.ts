import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

const LONGEST_TEXT = 2_000;

/** Returns everything below a folder, by its path there: type, mode, owner and group, then content, target or ACL. */
export function treeBelow(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string, name: string): void => {
    const { mode, uid, gid } = lstatSync(path);
    const owner = `${uid}:${gid}`;
    const bits = (mode & 0o7777).toString(8).padStart(4, '0');
    switch (mode & 0o170000) {
      case 0o120000:
        found.set(name, `link ${owner} → ${readlinkSync(path)}`);
        return;
      case 0o040000:
        found.set(name, `folder ${bits} ${owner}`);
        for (const entry of readdirSync(path).toSorted()) visit(join(path, entry), `${name}/${entry}`);
        return;
      case 0o100000:
        found.set(name, `file ${bits} ${owner} ${content(readFileSync(path))}`);
        return;
      default:
        found.set(name, `special ${bits} ${owner}`);
    }
  };
  visit(folder, '');
  for (const [name, entries] of accessLists(folder)) found.set(`${name} (ACL)`, entries);
  return found;
}

/** Returns text if the bytes are text, so that a difference can be read. */
function content(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (bytes.length <= LONGEST_TEXT && Buffer.from(text).equals(bytes)) return JSON.stringify(text);
  return `${bytes.length} bytes ${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Returns only entries beyond the mode. */
function accessLists(folder: string): ReadonlyMap<string, string> {
  const text = execFileSync('getfacl', ['-R', '-s', '-n', '--omit-header', '--absolute-names', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const names = execFileSync('getfacl', ['-R', '-s', '-n', '.'], { cwd: folder, encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith('# file: '))
    .map((line) => line.slice('# file: '.length));
  const lists = text.split('\n\n').filter((list) => list.trim() !== '');
  return new Map(names.map((name, index) => [`/${name}`, (lists[index] ?? '').trim().replaceAll('\n', ' ')]));
}
