import { chmod, chown, lstat, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BenchHost, type BenchTask, rendered } from './tasks.ts';

type Entry =
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'file'; readonly mode: number; readonly content: string }
  | { readonly kind: 'link'; readonly to: string };

/** Returns the content of a host's folder after the tasks, for any tool, in an order in which it can be made. */
function wantedTree(tasks: readonly BenchTask[], host: BenchHost): ReadonlyMap<string, Entry> {
  const tree = new Map<string, Entry>();
  for (const task of tasks) {
    const path = join(host.root, task.path);
    switch (task.kind) {
      case 'directory':
        tree.set(path, { kind: 'directory', mode: Number.parseInt(task.mode, 8) });
        break;
      case 'template':
        tree.set(path, { kind: 'file', mode: Number.parseInt(task.mode, 8), content: rendered(task.lines, host) });
        break;
      case 'copy':
        tree.set(path, { kind: 'file', mode: Number.parseInt(task.mode, 8), content: task.content });
        break;
      case 'line': {
        const before = tree.get(path);
        tree.set(path, {
          kind: 'file',
          mode: 0o644,
          content: `${before?.kind === 'file' ? before.content : ''}${task.line}\n`,
        });
        break;
      }
      case 'link':
        tree.set(path, { kind: 'link', to: join(host.root, task.to) });
        break;
    }
  }
  return tree;
}

/** Makes the tree without any tool, for runs that only measure a play without changes. */
export async function makeTree(
  tasks: readonly BenchTask[],
  host: BenchHost,
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
  await mkdir(host.root, { recursive: true });
  await chown(host.root, owner.uid, owner.gid);
  for (const [path, entry] of wantedTree(tasks, host)) {
    if (entry.kind === 'link') {
      await symlink(entry.to, path);
      continue;
    }
    if (entry.kind === 'directory') await mkdir(path);
    else await writeFile(path, entry.content);
    await chmod(path, entry.mode);
    await chown(path, owner.uid, owner.gid);
  }
}

/** Returns the differences from the wanted tree, so that a tool cannot get a good figure without doing the work. */
export async function differencesOf(tasks: readonly BenchTask[], host: BenchHost): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [path, entry] of wantedTree(tasks, host)) {
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) wrong.push(`${path} is not there`);
    else if (entry.kind === 'link') {
      if (!found.isSymbolicLink() || (await readlink(path)) !== entry.to)
        wrong.push(`${path} does not lead to ${entry.to}`);
    } else {
      if ((found.mode & 0o7777) !== entry.mode)
        wrong.push(`${path} has mode ${(found.mode & 0o7777).toString(8)} instead of ${entry.mode.toString(8)}`);
      if (entry.kind === 'file' && (!found.isFile() || (await readFile(path, 'utf8')) !== entry.content))
        wrong.push(`${path} has another content`);
    }
  }
  return wrong;
}

/** Returns every path with the time of its last change. A run without changes leaves it equal. */
export async function fingerprint(tasks: readonly BenchTask[], host: BenchHost): Promise<string> {
  const times = [];
  for (const path of wantedTree(tasks, host).keys()) {
    const found = await lstat(path, { bigint: true });
    times.push(`${path} ${found.ino} ${found.ctimeNs}`);
  }
  return times.join('\n');
}
