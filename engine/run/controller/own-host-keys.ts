import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RefusedKeys } from '../../connection/base/target.ts';
import { Problem } from '../../errors/problem.ts';
import { readAtOnce } from '../../files/read-file.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';

/** Folder of OpenSSH's host keys. Everybody may read the public ones. */
const FOLDER = '/etc/ssh';

/**
 * Returns the keys that a host must not show. A login to the controller itself runs code on it, under any address. So a
 * host of a playbook or an inventory from elsewhere must not show a host key of this machine. Undefined if nothing is
 * refused, or if this machine has no host keys.
 */
export function refusedKeys(host: string, access: ControllerAccess): RefusedKeys | undefined {
  if (access.isFull) return undefined;
  const keys = ownHostKeys();
  if (keys.length === 0) return undefined;
  try {
    access.permit({ kind: 'run', what: `${host} is this machine itself: a login to it` }, undefined);
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { keys, what: error.what, why: error.why, remedy: error.remedy };
  }
}

/** Each as type and base64. */
function ownHostKeys(): readonly string[] {
  try {
    return readdirSync(FOLDER)
      .filter((name) => /^ssh_host_.*_key\.pub$/.test(name))
      .map((name) => readAtOnce(join(FOLDER, name)).toString().trim().split(/\s+/).slice(0, 2).join(' '));
  } catch {
    return [];
  }
}
