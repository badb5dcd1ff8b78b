import { Problem, Problems } from '../../engine/errors/problem.ts';
import type { ControllerLookups, Scope, Value } from '../../engine/values/base/value.ts';

/** Makes a scope of fixed values. */
export function scopeOf(variables: Readonly<Record<string, Value>>): Scope {
  return {
    lookup: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
    names: () => Object.keys(variables),
  };
}

/** What examples ask of the controller. */
export const EXAMPLE_LOOKUPS: ControllerLookups = {
  environment: (name) => (name === 'HOME' ? '/home/ada' : undefined),
  text: () => 'Welcome',
  firstFile: (names) => (names.includes('motd') ? '/play/files/motd' : undefined),
  filesLike: () => ['/play/files/ada.pub', '/play/files/bob.pub'],
  rendered: () => 'Welcome to m1',
  kept: (_path, make) => make(),
};

/** Returns the Problem that the action throws; anything else fails the test. */
export function problemOf(action: () => unknown): Problem {
  try {
    action();
  } catch (error) {
    if (error instanceof Problem) return error;
    if (error instanceof Problems) return error.problems[0];
    throw error;
  }
  throw new Error('No problem was found');
}
