import type { MapNode } from '../values/base/node.ts';
import { Fields, nodeKind } from './base/fields.ts';
import type { Prompt } from './base/play.ts';
import { checkVariableName } from './variables.ts';

const KEYS: ReadonlySet<string> = new Set(['name', 'prompt', 'default', 'private', 'confirm', 'unsafe']);
const OF_HASHES: ReadonlySet<string> = new Set(['encrypt', 'salt', 'salt_size']);
const REMEDY = 'Write vars_prompt: [{name: version, prompt: Which version, private: false}].';

/** Reads `vars_prompt` of a play: variables that a person is asked for. */
export function readPrompts(fields: Fields): readonly Prompt[] {
  return (fields.list('vars_prompt')?.items ?? []).flatMap((node) => {
    if (node.kind === 'map') return promptOf(node, fields) ?? [];
    fields.wrongNode(node, `An entry of vars_prompt must be a map, and this is ${nodeKind(node)}`, REMEDY);
    return [];
  });
}

function promptOf(node: MapNode, { problems }: Fields): Prompt | undefined {
  const entry = new Fields(node, problems);
  for (const one of node.entries) {
    if (!OF_HASHES.has(one.key)) continue;
    problems.add({
      code: 'not-supported',
      what: `${one.key} of vars_prompt is not supported: no password is hashed here`,
      place: one.keyPlace,
      remedy: 'Ask for the hash itself, which `mkpasswd` or `openssl passwd -6` makes.',
    });
  }
  entry.refuseOthers(new Set([...KEYS, ...OF_HASHES]), 'An entry of vars_prompt');
  const name = entry.text('name');
  if (name === undefined) {
    if (!entry.has('name')) entry.wrongNode(node, 'An entry of vars_prompt has no name', REMEDY);
    return undefined;
  }
  checkVariableName(name.value, name.place, problems);
  const fallback = entry.entry('default')?.value;
  return {
    name: name.value,
    place: name.place,
    question: entry.text('prompt')?.value ?? name.value,
    isPrivate: entry.boolean('private') ?? true,
    isConfirmed: entry.boolean('confirm') ?? false,
    fallback: fallback?.kind === 'scalar' && fallback.value !== null ? fallback.value : undefined,
  };
}
