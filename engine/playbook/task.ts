import type { Place } from '../errors/problem.ts';
import type { Compiled } from '../values/compiled.ts';
import type { Fields } from './base/fields.ts';
import type { Task } from './base/play.ts';
import { lookingCall } from './looking-call.ts';
import { readLoop } from './loop.ts';
import { type ModuleEntry, readModuleCall } from './module-call.ts';
import type { Reading, Surroundings } from './reading.ts';
import { enter, frameOf } from './surroundings.ts';
import { readTimeLimit } from './time-limit.ts';
import { checkVariableName } from './variables.ts';

/** Reads a task that calls a module. */
export async function readTask(
  fields: Fields,
  action: ModuleEntry,
  outer: Surroundings,
  reading: Reading,
): Promise<Task> {
  const inner = withLimit(enter(fields, outer, reading), fields);
  const { handedDown } = inner;
  const changedWhen = fields.has('changed_when') ? fields.conditions('changed_when') : undefined;
  const call = await readModuleCall(fields, { ...action, defaults: inner.moduleDefaults }, reading);
  return {
    kind: 'task',
    ...frameOf(fields.map.place, inner, reading),
    name: fields.template('name'),
    ...(reading.modules.has('query') ? lookingCall(call, inner.settings, changedWhen) : call),
    modulePlace: action.entry.keyPlace,
    loop: readLoop(fields),
    register: readRegister(fields),
    until: readUntil(fields),
    changedWhen,
    failedWhen: fields.has('failed_when') ? fields.conditions('failed_when') : undefined,
    ignoreErrors: handedDown.ignoreErrors,
    notify: handedDown.notify,
    delegateTo: handedDown.delegateTo,
    delegateFacts: handedDown.delegateFacts,
    // As in Ansible, one host adds hosts for all. What each host of the batch would add is the list of a loop.
    runOnce: call.module === 'add_host' ? alwaysTrue(action.entry.keyPlace) : handedDown.runOnce,
    throttle: handedDown.throttle,
    anyErrorsFatal: handedDown.anyErrorsFatal,
  };
}

/** `timeout` of the task has priority over `async`, and both over `timeout` around the task. */
function withLimit(inner: Surroundings, fields: Fields): Surroundings {
  const limit = readTimeLimit(fields);
  if (limit === undefined || fields.has('timeout')) return inner;
  return { ...inner, settings: { ...inner.settings, timeoutSeconds: limit } };
}

function alwaysTrue(place: Place): Compiled {
  return { place, references: new Set(), literal: true, resolve: () => true, placeOf: () => place };
}

function readRegister(fields: Fields): string | undefined {
  const node = fields.text('register');
  if (node === undefined) return undefined;
  checkVariableName(node.value, node.place, fields.problems);
  return node.value;
}

function readUntil(fields: Fields): Task['until'] {
  const retries = fields.numberOrTemplate('retries');
  const delaySeconds = fields.numberOrTemplate('delay');
  if (fields.has('until') || fields.has('retries'))
    return { expressions: fields.conditions('until'), retries, delaySeconds };
  if (!fields.has('delay')) return undefined;
  return fields.problems.add({
    code: 'delay-without-retries',
    what: 'delay has no effect without retries or until',
    place: fields.placeOf('delay'),
    remedy: 'Add retries: with the number of further tries, or until: with the condition that must become true.',
  });
}
