import { Problem } from '../../errors/problem.ts';
import type { Controller, LocalFile } from './module.ts';

/**
 * A file of the controller that goes to hosts as it is. Throws Problem for one that is encrypted: nothing there could
 * make use of it.
 */
export async function plainFile(name: string, controller: Controller): Promise<LocalFile> {
  const file = await controller.file(name);
  if ((await file.clear()) === undefined) return file;
  throw new Problem({
    code: 'encrypted-file',
    what: `${file.path} is encrypted`,
    why: 'Only copy and template open such files.',
    remedy: 'Bring it by copy, with a mode that keeps it from others, and use it from there.',
  });
}
