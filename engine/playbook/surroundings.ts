import { relative } from 'node:path';
import type { Place } from '../errors/problem.ts';
import { Omitted } from '../values/base/value.ts';
import { withinOuter } from '../values/compiled.ts';
import type { Template } from '../values/template/template.ts';
import { type Fields, isTemplated } from './base/fields.ts';
import type { StepFrame } from './base/play.ts';
import { readSettings } from './base/settings.ts';
import { readLocalConnection } from './local-connection.ts';
import { readModuleDefaults } from './module-defaults.ts';
import type { HandedDown, Reading, Surroundings } from './reading.ts';
import type { Link } from './step-budget.ts';
import { readTags } from './tags.ts';
import { readVariables } from './variables.ts';

/** Returns the surroundings inside a step, block or import: those around it, with its own keywords innermost. */
export function enter(fields: Fields, outer: Surroundings, reading: Reading): Surroundings {
  const when = fields.conditions('when');
  const tags = readTags(fields);
  const vars = fields.entry('vars');
  return {
    ...outer,
    when: when.length === 0 ? outer.when : [...outer.when, ...when],
    tags: tags.size === 0 ? outer.tags : new Set([...outer.tags, ...tags]),
    layers:
      vars === undefined
        ? outer.layers
        : [...outer.layers, readVariables(vars.value, 'task vars', vars.keyPlace.file, reading.problems)],
    settings: readSettings(fields, outer.settings),
    moduleDefaults: readModuleDefaults(fields, outer.moduleDefaults),
    handedDown: readHandedDown(fields, outer, reading),
  };
}

function readHandedDown(fields: Fields, { role, handedDown: outer }: Surroundings, reading: Reading): HandedDown {
  const notify = readNotify(fields, role?.name, reading);
  return {
    ignoreErrors: withinOuter(fields.booleanOrTemplate('ignore_errors'), outer.ignoreErrors),
    delegateFacts: withinOuter(fields.booleanOrTemplate('delegate_facts'), outer.delegateFacts),
    anyErrorsFatal: withinOuter(fields.booleanOrTemplate('any_errors_fatal'), outer.anyErrorsFatal),
    delegateTo: delegateWithin(readLocalConnection(fields) ?? fields.template('delegate_to'), outer.delegateTo),
    runOnce: withinOuter(fields.booleanOrTemplate('run_once'), outer.runOnce),
    notify: notify.length === 0 ? outer.notify : [...outer.notify, ...notify],
    throttle: withinOuter(fields.numberOrTemplate('throttle'), outer.throttle),
  };
}

/** Returns the delegation of a step: `own`, or `outer` if the value of `own` is `omit`. */
function delegateWithin(own: Template | undefined, outer: Template | undefined): Template | undefined {
  if (own === undefined || outer === undefined) return own ?? outer;
  return {
    ...own,
    render: (scope) => {
      const host = own.render(scope);
      return host instanceof Omitted ? outer.render(scope) : host;
    },
  };
}

function readNotify(fields: Fields, role: string | undefined, reading: Reading): readonly Template[] {
  return fields.items('notify').flatMap((node) => {
    const template = fields.templateOf(node, 'notify');
    if (template === undefined) return [];
    if (node.kind === 'scalar' && !isTemplated(node))
      reading.play.notified.push({ name: String(node.value), role, place: node.place });
    return [template];
  });
}

/** Makes the frame of the step at `place`; `inner` already has its own keywords. */
export function frameOf(place: Place, inner: Surroundings, reading: Reading): StepFrame {
  return {
    id: `${relative(reading.rootDirectory, place.file)}:${place.line}:${place.column}`,
    place,
    when: inner.when,
    tags: inner.tags,
    layers: inner.layers,
    settings: inner.settings,
    role: inner.role,
    searchPath: inner.searchPath,
  };
}

/**
 * Returns the surroundings with one more file or role in the chain. Reports a Problem if it is already in the chain.
 */
export function follow(link: Link, place: Place, outer: Surroundings, reading: Reading): Surroundings | undefined {
  const chain = [...outer.chain, link];
  const first = outer.chain.findIndex(({ path }) => path === link.path);
  if (first === -1) return { ...outer, chain };
  return reading.problems.add({
    code: 'cycle',
    what: `${link.shown} imports itself`,
    place,
    why: chain
      .slice(first)
      .map(({ shown }) => shown)
      .join(' → '),
    remedy: 'Remove one of these steps. To repeat tasks for a list, use loop, not a file that imports itself.',
  });
}

/** Returns whether the file or role with this path is being read, so that it would include itself. */
export function isInChain(path: string, surroundings: Surroundings): boolean {
  return surroundings.chain.some((link) => link.path === path);
}
