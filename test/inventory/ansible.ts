import { join } from 'node:path';
import { ANSIBLE, pythonEnvironment } from '../python-environment.ts';

/** The real `ansible-inventory`, or the reason why it is not available. */
export async function ansibleInventory(): Promise<{ readonly program: string } | { readonly missing: string }> {
  const installed = await pythonEnvironment(ANSIBLE);
  return installed.kind === 'there'
    ? { program: join(installed.folder, 'bin/ansible-inventory') }
    : { missing: installed.why };
}
