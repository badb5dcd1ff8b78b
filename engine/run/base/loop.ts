import type { Loop, Task } from '../../playbook/base/play.ts';
import { type Scope, type Value, Unknown, isList } from '../../values/base/value.ts';
import type { Layer } from '../../values/scope.ts';
import { all } from './conditions.ts';
import { wrongType } from './wrong-type.ts';

/** One turn of a loop. */
export interface LoopTurn {
  readonly loop: Loop;
  readonly item: Value;
  readonly index: number;
}

/** What a loop goes over, whether it was written as a template or as an expression. It should be a list. */
export function loopValue({ items }: Loop, scope: Scope): Value {
  return items.kind === 'template' ? items.value.resolve(scope) : items.value.evaluate(scope);
}

/** The variables of one turn of a loop. */
export function loopLayer({ loop, item, index }: LoopTurn): Layer {
  const variables = new Map<string, Value>([[loop.variable, item]]);
  if (loop.indexVariable !== undefined) variables.set(loop.indexVariable, index);
  return { level: 'task vars', origin: 'loop', variables };
}

/** The turns of a loop. Throws Problem where it does not go over a list. */
export function turnsOf(loop: Loop, task: Pick<Task, 'place'>, scope: Scope): readonly LoopTurn[] | Unknown {
  const value = loopValue(loop, scope);
  if (value instanceof Unknown) return value;
  if (!isList(value))
    throw wrongType('loop', 'a list', loop.items.kind === 'template' ? loop.items.value.place : task.place);
  return value.map((item, index) => ({ loop, item, index }));
}

/**
 * True where a condition that speaks of no item is false: then it does not matter what the loop goes over, or whether
 * that is there at all.
 */
export function isLoopInVain({ when, loop }: Pick<Task, 'when' | 'loop'>, scope: Scope): boolean {
  if (loop === undefined) return false;
  const own = when.filter(
    ({ references }) =>
      !references.has(loop.variable) && (loop.indexVariable === undefined || !references.has(loop.indexVariable)),
  );
  return own.length > 0 && all(own, scope) === false;
}
