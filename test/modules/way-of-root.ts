import { wayNeeds } from '../../engine/modules/path/way-to-path.ts';
import type { Request } from '../../engine/resources/base/resource.ts';
import { file } from '../../engine/resources/file.ts';

/** Returns the states of a file of root, and of the directories above it, in which only root can change names. */
export function wayOfRoot(path: string, type: 'file' | 'other'): readonly (readonly [Request, unknown])[] {
  const above = wayNeeds(path).map((request) => [request, { type: 'directory', uid: 0, mode: 0o755 }] as const);
  return [...above, [file(path, 'target'), { type, uid: 0, mode: 0o644 }]];
}
