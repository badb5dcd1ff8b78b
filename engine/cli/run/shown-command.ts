import { Problem, Problems } from '../../errors/problem.ts';
import { MASK } from '../../values/base/secret.ts';
import { mask } from '../../values/mask/mask.ts';
import { oneDocument } from '../../values/yaml/one-document.ts';
import { readYaml } from '../../values/yaml/yaml.ts';
import { pairsIn } from '../options/extra-variables.ts';

/**
 * Returns the arguments of the program for a journal: without the values of -e (only names, and `@file` as it is), with
 * secrets masked, and without the command of --on-finish, which may contain the secret address of a chat.
 */
export function shownCommand(args: readonly string[], extraVars: readonly string[]): readonly string[] {
  const given = extraVars.filter((one) => one !== '' && !one.startsWith('@'));
  return args.map((arg, index) => {
    if (args[index - 1] === ON_FINISH) return MASK;
    if (arg.startsWith(`${ON_FINISH}=`)) return `${ON_FINISH}=${MASK}`;
    const value = given.find((one) => arg === one || (arg.startsWith('-') && arg.endsWith(one)));
    return mask(value === undefined ? arg : arg.slice(0, arg.length - value.length) + namesIn(value));
  });
}

const ON_FINISH = '--on-finish';

function namesIn(given: string): string {
  const names = given.trimStart().startsWith('{') ? keysOf(given) : pairsIn(given)?.map(({ name }) => name);
  return names === undefined || names.length === 0 ? MASK : names.map((name) => `${name}=${MASK}`).join(' ');
}

function keysOf(given: string): readonly string[] | undefined {
  try {
    const node = oneDocument(readYaml(given, '-e'));
    return node?.kind === 'map' ? node.entries.map(({ key }) => key) : undefined;
  } catch (error) {
    if (error instanceof Problem || error instanceof Problems) return undefined;
    throw error;
  }
}
