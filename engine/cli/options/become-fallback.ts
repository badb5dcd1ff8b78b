import type { Value } from '../../values/base/value.ts';
import type { Layer } from '../../values/scope.ts';
import { askSecret } from './ask-secret.ts';

/** Returns the variables that -b and -K set. -K asks for the password. */
export async function becomeFallback(flags: { readonly become?: true; readonly askBecomePass?: true }): Promise<Layer> {
  const variables = new Map<string, Value>();
  if (flags.become === true) variables.set('ansible_become', true);
  if (flags.askBecomePass === true) {
    const remedy = 'Set ansible_become_password in an encrypted variables file (see `runbook vault`).';
    variables.set('ansible_become_password', await askSecret('Password for sudo', remedy));
  }
  return { level: 'role defaults', origin: 'the command line', variables };
}
