import { quote } from '../connection/quote.ts';
import { file } from '../resources/file.ts';
import { ABSENT, describeType } from '../resources/file-state.ts';
import type { Seen } from '../resources/resource.ts';
import { predict } from '../resources/resource.ts';
import { cannotLook } from './file-needs.ts';
import type { Context, Outcome } from './module.ts';

/** Removes whatever stands at a path, with all that is beneath. A link is removed, not what it leads to. */
export function planAbsent(path: string, seen: Seen, context: Context): Outcome {
  const request = file(path);
  const state = seen.of(request);
  const result = { path, state: 'absent' };
  if (state.type === 'absent') return { kind: 'in_sync', result };
  if (state.type === 'hidden') return cannotLook(path, context.user);
  if (path === '/') return { kind: 'impossible', what: 'the root directory cannot be removed' };
  return {
    kind: 'change',
    differences: [{ kind: 'field', of: path, field: 'state', before: describeType(state), after: 'absent' }],
    certainty: seen.certainty(request),
    predictions: [predict(request, ABSENT)],
    touches: 'predicted',
    apply: () => ({ script: `rm -rf -- ${quote(path)}` }),
    planned: result,
  };
}
