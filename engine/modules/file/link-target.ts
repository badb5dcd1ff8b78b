import { parentOf } from '../../resources/file/file-state.ts';

/**
 * Returns the possible paths of the target of a link at `path`: the path with each ".." resolved in the text, and, if
 * the text has a "..", the path that the host itself follows. Empty if the text cannot be a target.
 */
export function targetsOf(path: string, target: string): readonly string[] {
  if (target === '' || target.includes('\0')) return [];
  const base = target.startsWith('/') ? '' : parentOf(path);
  const parts = `${base}/${target}`.split('/').filter((part) => part !== '' && part !== '.');
  if (!parts.includes('..')) return [`/${parts.join('/')}`];
  const plain: string[] = [];
  for (const part of parts) {
    if (part === '..') plain.pop();
    else plain.push(part);
  }
  return [`/${plain.join('/')}`, `/${parts.join('/')}`];
}
