import { didYouMean, listNames } from '../../values/language/suggest.ts';
import type { Handler } from './play.ts';

/**
 * The result of adding a handler to a play. `joined`: the new list of handlers. `clash`: the role, or the play itself,
 * already has a handler of this name.
 */
export type Joined =
  | { readonly kind: 'joined'; readonly handlers: readonly Handler[] }
  | { readonly kind: 'clash'; readonly other: Handler };

/** Whether handlers that the play has already may get another name: not after tasks have called for them. */
export type Earlier = 'renamed' | 'as they are';

/**
 * Adds a handler to those of a play. Handlers of several roles may have one name; then each of them is named
 * `role : name`, so that every call reaches the handler that it means. A handler that is read again (because its role is
 * used twice) replaces the earlier one.
 */
export function joinHandler(handlers: readonly Handler[], handler: Handler, earlier: Earlier): Joined {
  const alike = handlers.filter((other) => other.written === handler.written);
  const again = alike.find((other) => other.step.id === handler.step.id);
  if (again !== undefined) {
    const anew = { ...handler, name: again.name };
    return { kind: 'joined', handlers: handlers.map((other) => (other === again ? anew : other)) };
  }
  const other = alike.find(({ step }) => step.role?.name === handler.step.role?.name);
  if (other !== undefined) return { kind: 'clash', other };
  if (alike.length === 0) return { kind: 'joined', handlers: [...handlers, handler] };
  const before = handlers.map((one) => (alike.includes(one) && earlier === 'renamed' ? withRole(one) : one));
  return { kind: 'joined', handlers: [...before, withRole(handler)] };
}

/**
 * Returns the handlers of a play with those that an include has brought. A handler that the play already has, with the
 * variables of an earlier include, stays as it is.
 */
export function withIncluded(handlers: readonly Handler[], included: readonly Handler[]): readonly Handler[] {
  return included.reduce((known, handler) => {
    if (known.some(({ step }) => step.id === handler.step.id)) return known;
    const joined = joinHandler(known, handler, 'as they are');
    return joined.kind === 'joined' ? joined.handlers : known;
  }, handlers);
}

function withRole(handler: Handler): Handler {
  const { role } = handler.step;
  return role === undefined ? handler : { ...handler, name: nameInRole(role.name, handler.written) };
}

/** Returns the name by which every task may notify a handler of a role. */
export function nameInRole(role: string, name: string): string {
  return `${role} : ${name}`;
}

/** Returns whether a handler runs if a task notifies `name`. */
export function hears({ name: own, listen }: Pick<Handler, 'name' | 'listen'>, name: string): boolean {
  return own === name || listen.includes(name);
}

/** Returns whether one of the handlers runs if a task notifies `name`. */
export function isHeard(name: string, handlers: readonly Handler[]): boolean {
  return handlers.some((handler) => hears(handler, name));
}

/** The problem of a name in `notify` that no handler has. `otherwise`: what to do if no similar name was meant. */
export function unheardHandler(
  name: string,
  handlers: readonly Handler[],
  otherwise: string,
): { readonly code: 'unknown-handler'; readonly what: string; readonly why: string; readonly remedy: string } {
  const alike = handlers.filter(({ written }) => written === name).map((one) => one.name);
  if (alike.length > 0)
    return {
      code: 'unknown-handler',
      what: `Several roles have a handler "${name}"`,
      why: `Their full names: ${listNames(alike)}.`,
      remedy: `Notify the one that is meant by its full name: notify: "${alike[0] ?? name}".`,
    };
  const all = handlers.flatMap((handler) => [handler.name, ...handler.listen]);
  const names = [...new Set(all)].filter((other) => !other.includes(' : '));
  return {
    code: 'unknown-handler',
    what: `There is no handler "${name}"`,
    why: `The handlers of this play: ${listNames(names)}.`,
    remedy: didYouMean(name, names) ?? otherwise,
  };
}

/**
 * Returns the names that a `notify` of a task means: in a role, the role's own handler of this name, whatever other
 * handlers have it; and the handlers that listen to the name.
 */
export function meantBy(name: string, role: string | undefined, handlers: readonly Handler[]): readonly string[] {
  const own =
    role === undefined ? undefined : handlers.find((one) => one.written === name && one.step.role?.name === role);
  if (own === undefined || own.name === name) return [name];
  const others = handlers.some((one) => one.name === name);
  return !others && handlers.some(({ listen }) => listen.includes(name)) ? [own.name, name] : [own.name];
}
