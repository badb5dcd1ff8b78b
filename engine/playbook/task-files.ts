import { dirname, resolve } from 'node:path';
import type { Place } from '../errors/problem.ts';
import type { Node } from '../values/base/node.ts';
import { statusOf } from '../values/look-at-once.ts';
import { similarFile } from '../values/similar-file.ts';
import type { Reading, Surroundings } from './reading.ts';
import { displayPath } from './source-files.ts';

/**
 * Returns the absolute path of a file that import_tasks or include_tasks names. It is looked up relative to the current
 * file first.
 */
export function findTaskFile(name: string, place: Place, outer: Surroundings, reading: Reading): string | undefined {
  const candidates = outer.taskDirectories.map((directory) => resolve(directory, name));
  return (
    firstFile(candidates) ??
    reading.problems.add({
      code: 'file-not-found',
      what: `There is no file ${name}`,
      place,
      why: `Looked for ${candidates.map(displayPath).join(', ')}.`,
      remedy: writtenAsPair(name) ?? similarFile(name, candidates) ?? 'Put the file there, or correct its name.',
    })
  );
}

/**
 * Returns the remedy for a text such as `file=x.yml` or `name=x`, which Ansible reads as arguments; undefined for other
 * texts.
 */
export function writtenAsPair(text: string): string | undefined {
  const [, name = '', value = ''] = /^(file|name)=["']?([^"'\s]+)/.exec(text) ?? [];
  return name === '' ? undefined : `Write a map: { ${name}: ${value} }, or ${value} alone.`;
}

/** Returns the first path that is a file. */
export function firstFile(paths: readonly string[]): string | undefined {
  return paths.find((path) => statusOf(path)?.isFile() === true);
}

/** Returns the nodes of the steps in a file, and their surroundings. */
export async function openTaskFile(
  path: string,
  place: Place,
  inner: Surroundings,
  reading: Reading,
): Promise<{ readonly nodes: readonly Node[]; readonly surroundings: Surroundings }> {
  const directory = dirname(path);
  const nodes = await reading.files.readList(path, reading.problems, 'tasks', place);
  return {
    nodes,
    surroundings: {
      ...inner,
      taskDirectories: [...new Set([directory, ...inner.taskDirectories])],
      searchPath: inner.role === undefined ? [...new Set([directory, ...inner.searchPath])] : inner.searchPath,
    },
  };
}
