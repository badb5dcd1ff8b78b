import { Secret } from '../base/secret.ts';
import type { Value } from '../base/value.ts';
import { currentLookups } from '../language/current-lookups.ts';
import { ArgumentFault } from '../language/fault.ts';
import { booleanOf, listOf, textOf } from './arguments.ts';
import { type SharedFunction, optional, required } from './shared-function.ts';

/** Functions that read files and the environment of the controller. */
export const controllerFunctions: readonly SharedFunction[] = [
  {
    name: 'get_env',
    form: 'function',
    summary:
      'A variable of the environment of the controller; a second argument is the fallback. The value is a secret, except for names such as HOME and USER, and except with shown=true.',
    parameters: [required('name', 'string'), optional('fallback', 'dyn'), optional('shown', 'bool')],
    returns: 'dyn',
    template: '{{get_env "HOME"}}',
    expression: 'getEnv("HOME")',
    gives: '/home/ada',
    secrets: 'kept',
    run: ([name, fallback, shown]) => environmentOf(textOf(name, 'name'), fallback, shown),
  },
  {
    name: 'read_file',
    form: 'function',
    summary:
      'The text of a file of the controller, without line ends at the end. The file is searched for in files/ of the role, in the role, then beside the playbook.',
    parameters: [required('name', 'string')],
    returns: 'string',
    template: '{{read_file "motd"}}',
    expression: 'readFile("motd")',
    gives: 'Welcome',
    secrets: 'kept',
    run: ([name]) => currentLookups().text(textOf(name, 'name')),
  },
  {
    name: 'first_found',
    form: 'function',
    summary:
      'The path of the first file of the list that exists on the controller, or the fallback. Each name is searched for in files/, templates/ and vars/ of the role, in the role, then beside the playbook.',
    parameters: [required('names', 'list'), optional('fallback', 'dyn')],
    returns: 'dyn',
    template: '{{first_found (list "debian-12.conf" "motd")}}',
    expression: 'firstFound(["debian-12.conf", "motd"])',
    gives: '/play/files/motd',
    secrets: 'kept',
    run: ([names, fallback]) => firstOf(listOf(names), fallback),
  },
  {
    name: 'fileglob',
    form: 'function',
    summary: 'The paths of the files of the controller that match a shell pattern, sorted by name.',
    parameters: [required('pattern', 'string')],
    returns: 'list',
    template: '{{fileglob "*.pub"}}',
    expression: 'fileglob("*.pub")',
    gives: ['/play/files/ada.pub', '/play/files/bob.pub'],
    secrets: 'kept',
    run: ([pattern]) => currentLookups().filesLike(textOf(pattern, 'pattern')),
  },
];

/** Variables of the environment that are not secret. */
const HARMLESS =
  /^(?:HOME|USER|LOGNAME|PWD|SHELL|LANG|LANGUAGE|LC_\w+|TERM|TZ|HOSTNAME|PATH|EDITOR|DISPLAY|XDG_\w+|TMPDIR|CI)$/;

function environmentOf(name: string, fallback: Value | undefined, shown: Value | undefined): Value {
  const value = currentLookups().environment(name);
  if (value === undefined) {
    if (fallback !== undefined) return fallback;
    throw new ArgumentFault(
      `There is no variable ${name} in the environment of this machine`,
      'Set it before the run, or give a fallback after the name.',
    );
  }
  const isShown = HARMLESS.test(name) || (shown !== undefined && booleanOf(shown));
  return isShown || typeof value !== 'string' || value === '' ? value : Secret.of(value);
}

function firstOf(names: readonly Value[], fallback: Value | undefined): Value {
  const all = names.map((name) => textOf(name, 'name'));
  const found = currentLookups().firstFile(all) ?? fallback;
  if (found !== undefined) return found;
  throw new ArgumentFault(
    `None of these files exists on the controller: ${all.join(', ')}`,
    'Add a name that exists in any case, or give a fallback after the list.',
  );
}
