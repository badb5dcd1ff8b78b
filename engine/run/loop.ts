import type { Loop, Task } from '../playbook/play.ts';
import type { Layer } from '../values/scope.ts';
import type { Scope, Value } from '../values/value.ts';
import { Unknown, isList } from '../values/value.ts';
import { wrongType } from './prepare.ts';

/** What a loop goes over, whether it was written as a template or as an expression. It should be a list. */
export function loopValue({ items }: Loop, scope: Scope): Value {
  return items.kind === 'template' ? items.value.resolve(scope) : items.value.evaluate(scope);
}

/** The variables of one turn of a loop. */
export function loopLayer(loop: Loop, item: Value, index: number): Layer {
  const variables = new Map<string, Value>([[loop.variable, item]]);
  if (loop.indexVariable !== undefined) variables.set(loop.indexVariable, index);
  return { level: 'task vars', origin: 'loop', variables };
}

/** What a task is done for: the items of its loop, or once without an item. */
export function itemsOf(task: Task, scope: Scope): readonly (Value | undefined)[] | Unknown {
  if (task.loop === undefined) return [undefined];
  const { items } = task.loop;
  const value = loopValue(task.loop, scope);
  if (value instanceof Unknown) return value;
  if (!isList(value)) throw wrongType('loop', 'a list', items.kind === 'template' ? items.value.place : task.place);
  return value;
}
