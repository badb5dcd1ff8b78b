import { Problem } from '../../errors/problem.ts';
import type { Controller, LocalFile } from './module.ts';

/**
 * Returns a file of the controller that is sent to hosts unchanged. Throws Problem for an encrypted file, which the
 * host could not use.
 */
export async function plainFile(name: string, controller: Controller): Promise<LocalFile> {
  const file = await controller.file(name);
  if ((await file.clear()) === undefined) return file;
  throw new Problem({
    code: 'encrypted-file',
    what: `${file.path} is encrypted`,
    why: 'Only copy and template decrypt such files.',
    remedy: 'Copy it to the host by copy, with a mode such as "0600", and use it there.',
  });
}
