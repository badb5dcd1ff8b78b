import { ansibleVariable } from '../habits/ansible-variables.ts';
import { DISTRIBUTION_NAMES, FAMILY_NAMES } from '../habits/distribution-names.ts';
import { Fault } from '../language/fault.ts';

const NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['facts.os.family', [...FAMILY_NAMES.values()]],
  ['facts.os.distribution', [...DISTRIBUTION_NAMES.values()]],
]);

/**
 * Returns a Fault if a fact under its Ansible name is compared with the value that it has under its name here, such as
 * `ansible_os_family == "debian"`: `ansible_os_family` is "Debian", and `facts.os.family` is "debian".
 */
export function ansibleNeverEqual(names: readonly string[], value: unknown): Fault | undefined {
  if (typeof value !== 'string' || value !== value.toLowerCase()) return undefined;
  const found = ansibleVariable(names);
  if (found?.variable.isHere !== true || found.length !== names.length) return undefined;
  const { path = '' } = found.variable;
  const name = NAMES.get(path)?.find((one) => one.toLowerCase() === value);
  if (name === undefined || name === value) return undefined;
  return new Fault({
    code: 'never-true',
    what: `${names.join('.')} is never ${JSON.stringify(value)}`,
    why: 'Under the name of Ansible, the fact has the values of Ansible.',
    remedy: `Write "${name}", or ${path} == ${JSON.stringify(value)}.`,
  });
}
