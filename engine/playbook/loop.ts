import type { MapEntry } from '../values/base/node.ts';
import { Fields, isTemplated } from './base/fields.ts';
import { LOOP_CONTROL_KEYWORDS, WITH_KEYWORDS } from './base/keywords.ts';
import type { Loop } from './base/play.ts';
import { checkVariableName } from './variables.ts';
import { readWith } from './with-loop.ts';

/** Reads `loop`, or one of Ansible's `with_NAME`, and `loop_control`. A `loop` is a list, a text that is one template, or an expression for a list. */
export function readLoop(fields: Fields): Loop | undefined {
  const [entry, second] = fields.map.entries.filter(({ key }) => key === 'loop' || WITH_KEYWORDS.has(key));
  if (entry !== undefined && second !== undefined)
    fields.problems.add({
      code: 'two-loops',
      what: `A task has one loop, and this one has both ${entry.key} and ${second.key}`,
      place: second.keyPlace,
      remedy: 'Keep one of them; with_nested: goes over several lists.',
    });
  const control = fields.subMap('loop_control');
  if (entry === undefined) {
    if (control !== undefined) {
      fields.problems.add({
        code: 'loop-control-alone',
        what: 'loop_control has no effect without a loop',
        place: fields.placeOf('loop_control'),
        remedy: 'Add loop:, or remove loop_control.',
      });
    }
    return undefined;
  }
  const items = entry.key === 'loop' ? readItems(fields, entry) : readWith(fields, entry);
  const controls = new Fields(control ?? { kind: 'map', entries: [], place: entry.keyPlace }, fields.problems);
  controls.refuseOthers(LOOP_CONTROL_KEYWORDS, 'loop_control', 'loop_control');
  const variable = variableName(controls, 'loop_var') ?? 'item';
  const indexVariable = variableName(controls, 'index_var');
  const label = controls.template('label');
  const pauseSeconds = controls.numberOrTemplate('pause');
  return items === undefined ? undefined : { items, variable, indexVariable, label, pauseSeconds };
}

function readItems(fields: Fields, entry: MapEntry): Loop['items'] | undefined {
  const { value } = entry;
  if (
    value.kind === 'list' ||
    (isTemplated(value) && value.kind === 'scalar' && /^\s*\{\{[\s\S]*\}\}\s*$/.test(String(value.value)))
  ) {
    const compiled = fields.compile(value);
    return compiled === undefined ? undefined : { kind: 'template', value: compiled };
  }
  if (value.kind === 'scalar' && typeof value.value === 'string') {
    const expression = fields.condition(value, 'loop');
    return expression === undefined ? undefined : { kind: 'expression', value: expression };
  }
  const remedy =
    value.kind === 'map'
      ? 'To go over a map, write an expression: \'x.map(key, {"key": key, "value": x[key]})\'.'
      : undefined;
  return fields.wrong(entry, 'a list, or an expression that gives one', remedy);
}

function variableName(controls: Fields, name: string): string | undefined {
  const node = controls.text(name);
  if (node === undefined) return undefined;
  checkVariableName(node.value, node.place, controls.problems);
  return node.value;
}
