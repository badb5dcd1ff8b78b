import { stat } from 'node:fs/promises';
import { type Place, Problem } from '../../errors/problem.ts';
import type { BrokenArchive } from '../../modules/archive-content/archive-tar.ts';
import type { LocalFile } from '../../modules/base/module.ts';
import { similarFile } from '../../values/similar-file.ts';

/** Thrown in a plan: an earlier task will write the file. */
export class ToCome extends Error {
  readonly because: string;

  constructor(name: string) {
    super(name);
    this.because = `what an earlier change writes into ${name} on the controller`;
  }
}

/** Throws Problem if one of the searched places is a folder. */
export async function refuseFolder(name: string, tried: readonly string[], place: Place): Promise<void> {
  for (const path of tried) {
    const status = await stat(path).catch(() => undefined);
    if (status?.isDirectory() !== true) continue;
    const remedy = 'Name a file in it. A whole folder is brought by copy, and an archive by unarchive.';
    throw folderForFile({ name, path, place, remedy });
  }
}

/** The problem of a name that leads to a folder, although the task needs a file. */
export function folderForFile(found: {
  readonly name: string;
  readonly path: string;
  readonly place: Place;
  readonly remedy: string;
}): Problem {
  const { name, path, place, remedy } = found;
  const what = `"${name}" is a folder, not a file`;
  return new Problem({ code: 'file-is-folder', what, place, why: `It is ${path}`, remedy });
}

/** A file or template that a task names does not exist on the controller. */
export class MissingFile extends Problem {
  /** The paths that were searched. */
  readonly tried: readonly string[];

  constructor(kind: 'file' | 'template', name: string, tried: readonly string[], place: Place) {
    super({
      code: 'file-not-found',
      what: `there is no ${kind} "${name}" on the controller`,
      place,
      why: `Looked for ${tried.join(', ')}`,
      remedy: similarFile(name, tried) ?? `Put the ${kind} there, or give its absolute path.`,
    });
    this.tried = tried;
  }
}

/** A partial is read synchronously while its template is parsed; decryption is asynchronous. */
export function encryptedPartial(file: string): Problem {
  return new Problem({
    code: 'encrypted-file',
    what: `the partial ${file} is encrypted`,
    remedy: 'Put its text into the template, encrypt that as a whole, or keep the secret in an encrypted variable.',
  });
}

/** The problem of an archive that cannot be unpacked. */
export function unreadable(file: LocalFile, { message }: BrokenArchive, place: Place): Problem {
  return new Problem({
    code: 'broken-archive',
    what: `the archive ${file.path} cannot be unpacked`,
    place,
    why: message,
    remedy: 'List its content with tar -tvf or unzip -Z, and replace it.',
  });
}

/** The problem of a folder at the path of a file that is fetched. */
export function folderAtDest(path: string, place: Place): Problem {
  return new Problem({
    code: 'file-is-folder',
    what: `${path} is a folder on the controller, but the task fetches a file`,
    place,
    remedy:
      'With flat: true, write a slash at the end of dest: the file is put into the folder then. Otherwise src is a folder of the host, or the folder on the controller is in the way: write another dest.',
  });
}
