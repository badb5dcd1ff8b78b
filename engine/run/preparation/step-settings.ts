import { quote } from '../../connection/base/quote.ts';
import type { Privilege } from '../../connection/base/target.ts';
import { type Place, Problem } from '../../errors/problem.ts';
import type { Settings } from '../../playbook/base/play.ts';
import { amountOf } from '../../values/base/amount.ts';
import { booleanOf } from '../../values/base/boolean-word.ts';
import { Secret } from '../../values/base/secret.ts';
import { type Scope, Unknown, isMap } from '../../values/base/value.ts';
import { type Compiled, resolveWritten } from '../../values/compiled.ts';
import { flagOf } from '../base/flag.ts';
import { inventoryBoolean } from '../base/inventory-boolean.ts';
import { wrongType } from '../base/wrong-type.ts';
import { becoming, userToBecome } from './becoming.ts';

/** The values of `become`, `timeout`, `environment` and `check_mode` of a step. */
interface Resolved {
  readonly privilege: Privilege;
  readonly preamble: string;
  readonly timeoutMs: number | undefined;
  /** True if the task only says what it would change. */
  readonly neverChanges: boolean;
}

type Resolving =
  | { readonly kind: 'ready'; readonly settings: Resolved }
  | { readonly kind: 'unknown'; readonly because: string };

/** Evaluates the settings of a step. Throws Problem for values of the wrong type. */
export function resolveSettings(settings: Settings, place: Place, scope: Scope): Resolving {
  const privilege = privilegeOf(settings, place, scope);
  if (privilege instanceof Unknown) return { kind: 'unknown', because: privilege.because };
  const timeoutMs = timeoutOf(settings, place, scope);
  if (timeoutMs instanceof Unknown) return { kind: 'unknown', because: timeoutMs.because };
  const preamble = exports(settings.environment, scope);
  if (preamble instanceof Unknown) return { kind: 'unknown', because: preamble.because };
  const neverChanges = flagOf('check_mode', settings.checkMode, scope);
  if (neverChanges instanceof Unknown) return { kind: 'unknown', because: neverChanges.because };
  return { kind: 'ready', settings: { privilege, preamble, timeoutMs, neverChanges } };
}

function privilegeOf(settings: Settings, place: Place, scope: Scope): Privilege | Unknown {
  const become = becomes(settings, place, scope);
  if (become instanceof Unknown) return become;
  if (!become) return { kind: 'login' };
  const user = becomeUserOf(settings, place, scope);
  return user instanceof Unknown ? user : becoming(user, settings.becomeMethod, scope, place);
}

function becomes({ become }: Settings, place: Place, scope: Scope): boolean | Unknown {
  const value = resolveWritten(become, scope);
  if (value instanceof Unknown) return value;
  const own = booleanOf(value);
  if (own !== undefined) return own;
  if (value !== undefined && value !== null) throw wrongType('become', 'true or false', become?.place ?? place);
  const said = scope.lookup('ansible_become') ?? false;
  const meant = said instanceof Unknown ? said : inventoryBoolean(said);
  if (meant === undefined) throw wrongType('ansible_become', 'true or false', place);
  return meant;
}

function becomeUserOf({ becomeUser, becomeMethod }: Settings, place: Place, scope: Scope): string | Unknown {
  const value = resolveWritten(becomeUser, scope) ?? userToBecome(becomeMethod, scope, place) ?? 'root';
  if ((typeof value === 'string' && value.trim() !== '') || value instanceof Unknown) return value;
  throw wrongType('become_user', 'the name of a user', becomeUser?.place ?? place);
}

/** Returns the timeout in milliseconds; undefined if the step has none. */
function timeoutOf(settings: Settings, place: Place, scope: Scope): number | undefined | Unknown {
  const given = resolveWritten(settings.timeoutSeconds, scope);
  if (given === undefined || given instanceof Unknown) return given;
  const seconds = amountOf(given);
  if (seconds === undefined) throw wrongType('timeout', 'a number of seconds', settings.timeoutSeconds?.place ?? place);
  return seconds === 0 ? undefined : seconds * 1000;
}

/** Variables that the environment must not set: some shells exit, and another IFS splits words differently. */
const OF_THE_SHELL: ReadonlySet<string> = new Set([
  'BASHOPTS',
  'BASH_VERSINFO',
  'EUID',
  'IFS',
  'OPTIND',
  'PPID',
  'SHELLOPTS',
  'UID',
]);

/** Returns shell text that sets the task's environment. Outer levels come first, so that inner ones have priority. */
function exports(levels: readonly Compiled[], scope: Scope): string | Unknown {
  const lines: string[] = [];
  for (const level of levels) {
    const values = resolveWritten(level, scope);
    if (values === undefined) continue;
    if (values instanceof Unknown) return values;
    if (!isMap(values)) throw wrongType('environment', 'a map of names and values', level.place);
    for (const [name, value] of Object.entries(values)) {
      if (value instanceof Unknown) return value;
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
        throw wrongType(`environment: ${name}`, 'a name of letters, digits and underscores', level.placeOf([name]));
      if (OF_THE_SHELL.has(name)) {
        throw new Problem({
          code: 'variable-of-the-shell',
          what: `environment: ${name} cannot be set`,
          place: level.placeOf([name]),
          why: 'The shell keeps this variable for itself: no program that it starts would see it.',
          remedy: 'Leave it out.',
        });
      }
      const text = value instanceof Secret ? value.reveal() : typeof value === 'object' ? undefined : String(value);
      if (text === undefined)
        throw wrongType(`environment: ${name}`, 'a text, a number or a boolean', level.placeOf([name]));
      lines.push(`export ${name}=${quote(text)}`);
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}
