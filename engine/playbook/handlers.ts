import { type Place, formatPlace } from '../errors/problem.ts';
import type { Node } from '../values/base/node.ts';
import { Fields, nodeKind } from './base/fields.ts';
import { isHeard, joinHandler, meantBy, nameInRole, unheardHandler } from './base/handler-names.ts';
import { shortName } from './base/keywords.ts';
import type { Handler } from './base/play.ts';
import type { PlayReading, Reading, Surroundings } from './reading.ts';
import { displayPath } from './source-files.ts';
import { enter, follow } from './surroundings.ts';
import { findTaskFile, openTaskFile } from './task-files.ts';

/** Reads the handlers of the play or of one role into the play. */
export async function readHandlers(
  list: () => Promise<readonly Node[]>,
  place: Place,
  outer: Surroundings,
  reading: Reading,
): Promise<void> {
  const before = reading.problems.reports;
  await readList(await list(), outer, reading);
  // A handler that could not be read may be the one that a `notify` names.
  if (reading.problems.reports > before) reading.play.unknownHandlers.push(place);
}

async function readList(nodes: readonly Node[], outer: Surroundings, reading: Reading): Promise<void> {
  for (const node of nodes) await readHandler(node, outer, reading);
}

async function readHandler(node: Node, outer: Surroundings, reading: Reading): Promise<void> {
  const { problems } = reading;
  if (node.kind !== 'map') {
    problems.add({
      code: 'wrong-type',
      what: `A handler must be a map, and this is ${nodeKind(node)}`,
      place: node.place,
    });
    return;
  }
  const fields = new Fields(node, problems);
  const imported = node.entries.find(({ key }) => shortName(key) === 'import_tasks' || key === 'include');
  if (imported !== undefined) {
    await readImportedHandlers(fields, imported.value, outer, reading);
    return;
  }
  const name = fields.has('name')
    ? fields.text('name')
    : problems.add({
        code: 'handler-without-name',
        what: 'A handler must have a name',
        place: node.place,
        remedy: fields.has('listen')
          ? 'Add name: with what it does. Tasks call for it by listen: as before.'
          : 'Add name: with the name that notify uses.',
      });
  const listen = fields.items('listen').flatMap((item) => fields.literalText(item, 'listen')?.value ?? []);
  const step = (
    await reading.readSteps(
      [{ ...node, entries: node.entries.filter((entry) => entry.key !== 'listen') }],
      outer,
      reading,
    )
  )[0];
  if (name === undefined || step === undefined) return;
  if (step.kind !== 'task' && step.kind !== 'block') {
    problems.add({
      code: 'handler-not-a-task',
      what: 'A handler must be a task or a block',
      place: node.place,
      remedy: 'Use import_tasks to take handlers from a file; a block may hold includes.',
    });
    return;
  }
  const { role } = outer;
  addHandler(
    {
      name: name.value,
      written: name.value,
      listen: role === undefined ? listen : [...listen, nameInRole(role.name, name.value)],
      step,
    },
    reading,
  );
}

async function readImportedHandlers(fields: Fields, value: Node, outer: Surroundings, reading: Reading): Promise<void> {
  const name = fields.literalText(value, 'import_tasks');
  const path = name === undefined ? undefined : findTaskFile(name.value, value.place, outer, reading);
  const followed =
    path === undefined
      ? undefined
      : follow({ path, shown: displayPath(path) }, value.place, enter(fields, outer, reading), reading);
  if (path === undefined || followed === undefined) return;
  const opened = await openTaskFile(path, value.place, followed, reading);
  await readList(opened.nodes, opened.surroundings, reading);
}

function addHandler(handler: Handler, reading: Reading): void {
  const { handlers } = reading.play;
  const joined = joinHandler(handlers, handler, 'renamed');
  if (joined.kind === 'joined') {
    handlers.splice(0, handlers.length, ...joined.handlers);
    return;
  }
  const { role } = handler.step;
  reading.problems.add({
    code: 'duplicate-handler',
    what: `There are two handlers with the name "${handler.written}" in ${role === undefined ? 'this play' : `the role ${role.name}`}`,
    place: handler.step.place,
    why: `The other one is at ${formatPlace(joined.other.step.place)}.`,
    remedy: 'Give one of them another name; handlers that shall run together have the same listen.',
  });
}

/** Reports each `notify` that no handler has. To be called after all handlers were read. */
export function checkNotified(play: PlayReading, handlers: readonly Handler[], reading: Reading): void {
  if (play.unknownHandlers.length > 0) return;
  for (const { name, role, place } of play.notified) {
    if (meantBy(name, role, handlers).every((one) => isHeard(one, handlers))) continue;
    reading.problems.add({
      place,
      ...unheardHandler(name, handlers, 'Add it to handlers:, of the play or of the role.'),
    });
  }
}
