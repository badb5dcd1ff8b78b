import { Problem } from '../../errors/problem.ts';
import { systemReason } from '../../files/system-reason.ts';
import { writtenVariable } from '../../inventory/written-variable.ts';
import { concealed } from '../../values/base/concealed.ts';
import type { Node } from '../../values/base/node.ts';
import { Secret } from '../../values/base/secret.ts';
import type { Value } from '../../values/base/value.ts';
import { isCompiled, type Compiled } from '../../values/compiled.ts';
import { isCredential, variableNode } from '../../values/hidden-node.ts';
import type { Layer } from '../../values/scope.ts';
import { similarFile } from '../../values/similar-file.ts';
import { TYPED, isTyped } from '../../values/typed.ts';
import { oneDocument } from '../../values/yaml/one-document.ts';
import { readYaml } from '../../values/yaml/yaml.ts';
import type { Vault } from '../../vault/vault.ts';

/**
 * Reads the values of -e into a layer. A value is `name=value` pairs (all values are text; `name="two words"` may be
 * quoted), a YAML or JSON map in braces, or `@file`. Later values take precedence.
 */
export async function extraVariables(given: readonly string[], vault: Vault): Promise<Layer> {
  const variables = new Map<string, Compiled | Value>();
  for (const text of given) {
    if (text.startsWith('@')) await fromFile(text.slice(1), variables, vault);
    else if (text.trimStart().startsWith('{')) fromNode(oneDocument(readYaml(text, TYPED)), TYPED, variables);
    else fromPairs(text, variables);
  }
  return { level: 'extra vars', origin: TYPED, variables };
}

async function fromFile(path: string, variables: Map<string, Compiled | Value>, vault: Vault): Promise<void> {
  const node = await vault.readFile(path).catch((error: unknown) => {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new Problem({
      code: 'file-not-found',
      what: `the file of -e @${path} cannot be read`,
      why: systemReason(error),
      remedy: similarFile(path, [path]) ?? 'Correct the path; it is looked for in the working folder.',
    });
  });
  fromNode(node, path, variables);
}

/** Adds the variables of a map. Adds none for a file that is empty or has only comments. */
function fromNode(node: Node | undefined, from: string, variables: Map<string, Compiled | Value>): void {
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return;
  if (node.kind !== 'map') {
    throw new Problem({
      code: 'wrong-type',
      what: `the extra variables of ${from} must be a map of names and values`,
      place: node.place,
      remedy: 'Write one name: value on each line.',
    });
  }
  for (const entry of node.entries) variables.set(entry.key, writtenVariable(variableNode(entry.key, entry.value)));
}

function fromPairs(text: string, variables: Map<string, Compiled | Value>): void {
  const pairs = pairsIn(text);
  if (pairs === undefined) {
    throw new Problem({
      code: 'wrong-extra-variable',
      what: `-e "${text.split('=')[0] ?? ''}…" is not understood`,
      remedy: 'Write name=value, a map in braces such as \'{"name": [1, 2]}\', or @file.',
    });
  }
  for (const { name, value } of pairs) variables.set(name, isCredential(name) ? Secret.of(value) : value);
}

/** Parses `name=value other="two words"`; undefined for text that has another form. */
export function pairsIn(text: string): readonly { readonly name: string; readonly value: string }[] | undefined {
  const pairs = [...text.matchAll(/([A-Za-z_][A-Za-z0-9_]*)=("([^"]*)"|'([^']*)'|\S*)\s*/gy)];
  const read = pairs.reduce((sum, pair) => sum + pair[0].length, 0);
  if (pairs.length === 0 || read !== text.trimStart().length) return undefined;
  return pairs.map(([, name = '', raw = '', double, single]) => ({ name, value: double ?? single ?? raw }));
}

/** Hides the variables that were typed, for a listing: it must not show these texts or values made of them. */
export function unshown({ variables, ...layer }: Layer): Layer {
  return {
    ...layer,
    variables: new Map(
      [...variables].map(([name, value]) => [name, isTyped(value) ? concealedVariable(value) : value]),
    ),
  };
}

function concealedVariable(value: Compiled | Value): Compiled | Value {
  if (!isCompiled(value)) return concealed(value);
  const { literal } = value;
  if (literal === undefined) return { ...value, resolve: (scope) => concealed(value.resolve(scope)) };
  return { ...value, literal: concealed(literal), resolve: () => concealed(literal) };
}
