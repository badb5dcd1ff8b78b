import { Problem } from '../errors/problem.ts';
import type { MapEntry } from '../values/base/node.ts';
import { OMIT, type Scope, type Value, Unknown, isList } from '../values/base/value.ts';
import { withLookups } from '../values/language/current-lookups.ts';
import { ArgumentFault, UnknownTouched } from '../values/language/fault.ts';
import type { Fields } from './base/fields.ts';
import type { Loop } from './base/play.ts';
import { type WithLoop, WITH_LOOPS } from './with-items.ts';

/** Reads one of Ansible's `with_NAME`, as a loop over what its lookup gives. */
export function readWith(fields: Fields, entry: MapEntry): Loop['items'] | undefined {
  const gather = WITH_LOOPS.get(entry.key);
  const compiled = fields.compile(entry.value);
  if (gather === undefined || compiled === undefined) return undefined;
  const { place } = entry.value;
  const resolve = (scope: Scope): Value =>
    withLookups(scope, () => {
      const terms = compiled.resolve(scope);
      try {
        return gathered(gather, terms);
      } catch (error) {
        if (error instanceof UnknownTouched) return error.unknown;
        if (!(error instanceof ArgumentFault)) throw error;
        const { message, remedy } = error;
        throw new Problem({ code: 'wrong-type', what: `${entry.key}: ${message}`, place, remedy });
      }
    });
  return { kind: 'template', value: { ...compiled, literal: undefined, resolve } };
}

/** Like Ansible, takes a value that is not a list for a list with this one value. */
function gathered(gather: WithLoop, terms: Value): Value {
  if (terms instanceof Unknown) return terms;
  if (terms === OMIT) return [];
  return gather(isList(terms) ? terms : [terms]);
}
