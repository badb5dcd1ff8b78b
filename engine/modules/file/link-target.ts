import { parentOf } from '../../resources/file/file-state.ts';

/**
 * What a link at `path` with this text leads to: the path without "..", as far as its text tells, and the one that the
 * host itself follows, where there is a ".." in it.
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
