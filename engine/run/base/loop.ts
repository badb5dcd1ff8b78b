import type { Loop, Task } from '../../playbook/base/play.ts';
import { type Scope, type Value, Unknown, isList } from '../../values/base/value.ts';
import type { Layer } from '../../values/scope.ts';
import { all } from './conditions.ts';
import { wrongType } from './wrong-type.ts';

/** One round of a loop. */
export interface LoopTurn {
  readonly loop: Loop;
  readonly item: Value;
  readonly index: number;
}

/** Evaluates the items of a loop, a template or an expression. The result should be a list. */
function loopValue({ items }: Loop, scope: Scope): Value {
  return items.kind === 'template' ? items.value.resolve(scope) : items.value.evaluate(scope);
}

/** Makes the variables of one round of a loop. */
export function loopLayer({ loop, item, index }: LoopTurn): Layer {
  const variables = new Map<string, Value>([[loop.variable, item]]);
  if (loop.indexVariable !== undefined) variables.set(loop.indexVariable, index);
  return { level: 'task vars', origin: 'loop', variables };
}

/** Returns the rounds of a loop. Throws Problem if its items are not a list. */
export function turnsOf(loop: Loop, task: Pick<Task, 'place'>, scope: Scope): readonly LoopTurn[] | Unknown {
  const value = loopValue(loop, scope);
  if (value instanceof Unknown) return value;
  if (!isList(value))
    throw wrongType('loop', 'a list', loop.items.kind === 'template' ? loop.items.value.place : task.place);
  return value.map((item, index) => ({ loop, item, index }));
}

/**
 * Returns whether a condition that does not depend on the item is false. Then the items do not matter, and need not
 * exist.
 */
export function isLoopInVain({ when, loop }: Pick<Task, 'when' | 'loop'>, scope: Scope): boolean {
  if (loop === undefined) return false;
  const own = when.filter(
    ({ references }) =>
      !references.has(loop.variable) && (loop.indexVariable === undefined || !references.has(loop.indexVariable)),
  );
  return own.length > 0 && all(own, scope) === false;
}
