import { Problem } from '../../errors/problem.ts';
import type { Node } from '../base/node.ts';

/**
 * Returns the only document of a YAML file; undefined for an empty file. Throws Problem `two-documents`: otherwise the
 * second document would be ignored silently.
 */
export function oneDocument(nodes: readonly Node[]): Node | undefined {
  const [first, second] = nodes;
  if (second === undefined) return first;
  throw new Problem({
    code: 'two-documents',
    what: 'The file contains more than one YAML document',
    place: second.place,
    remedy: 'Remove the line --- in the middle.',
  });
}
