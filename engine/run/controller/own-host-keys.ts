import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RefusedKeys } from '../../connection/base/target.ts';
import { Problem } from '../../errors/problem.ts';
import { readAtOnce } from '../../files/read-file.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';

/** Where OpenSSH keeps the keys by which a machine is known; everybody may read the public ones. */
const FOLDER = '/etc/ssh';

/**
 * A login to the controller itself runs code on it, whatever its address is called. So a host of a playbook or an
 * inventory from elsewhere may not show a key of this machine. Undefined where it may, or where there is no such key.
 */
export function refusedKeys(host: string, access: ControllerAccess): RefusedKeys | undefined {
  if (access.isFull) return undefined;
  const keys = ownHostKeys();
  if (keys.length === 0) return undefined;
  try {
    access.permit({ kind: 'run', what: `${host} is this very machine: a login to it` }, undefined);
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { keys, what: error.what, why: error.why, remedy: error.remedy };
  }
}

/** Type and base64 each. */
function ownHostKeys(): readonly string[] {
  try {
    return readdirSync(FOLDER)
      .filter((name) => /^ssh_host_.*_key\.pub$/.test(name))
      .map((name) => readAtOnce(join(FOLDER, name)).toString().trim().split(/\s+/).slice(0, 2).join(' '));
  } catch {
    return [];
  }
}
