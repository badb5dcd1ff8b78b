import type { MapEntry } from '../values/base/node.ts';
import { type Template, parseTemplate } from '../values/template/template.ts';
import type { Fields } from './base/fields.ts';

/** The usual connections of a host, unless the inventory sets another one. */
const USUAL: ReadonlySet<unknown> = new Set(['ssh', 'smart']);
/** Names of the controller. */
const CONTROLLER: ReadonlySet<unknown> = new Set(['localhost', '127.0.0.1']);

/**
 * Reads `connection` of a step or a play. At a step, `local` delegates the step to localhost: this returns "localhost",
 * and the rules of a delegated task apply. At a play, a value is accepted only if it has no effect, and this returns
 * undefined: `ssh` and `smart`, and `local` if `hosts` is localhost. Any other value is a problem.
 */
export function readLocalConnection(fields: Fields): Template | undefined {
  const entry = fields.entry('connection');
  if (entry === undefined) return undefined;
  const said = valueOf(entry);
  const delegate = valueOf(fields.entry('delegate_to'));
  const isPlay = fields.has('hosts');
  if (isPlay && (USUAL.has(said) || (said === 'local' && CONTROLLER.has(valueOf(fields.entry('hosts'))))))
    return undefined;
  if (!isPlay && said === 'local' && (delegate === undefined || CONTROLLER.has(delegate)))
    return parseTemplate('localhost', entry.value.place);
  return fields.problems.add({
    code: 'not-supported',
    what: isPlay
      ? 'The connection of a play can be local for localhost, or ssh'
      : 'The connection of a task can only be local, without another host in delegate_to',
    place: entry.keyPlace,
    remedy: isPlay
      ? 'Write connection: local or delegate_to: localhost at the tasks that run here. How a host is reached is set by ansible_connection in the inventory.'
      : 'Leave it out. How a host is reached is set by ansible_connection in the inventory.',
  });
}

function valueOf(entry: MapEntry | undefined): unknown {
  return entry?.value.kind === 'scalar' ? entry.value.value : undefined;
}
