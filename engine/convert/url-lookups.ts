import { isSeq } from 'yaml';
import { booleanOf } from '../values/base/boolean-word.ts';
import type { Converted, Translator } from './base/translator.ts';
import { scalarOf } from './base/write-yaml.ts';
import { type Entry, type MapOfFile, type YamlNode, itemsOf, textOf } from './base/yaml-source.ts';
import type { Scalars } from './scalars.ts';

/** A call of the lookup url, read from an expression of Jinja. */
interface UrlCall {
  readonly url: string;
  /** Arguments of the module uri, as expressions of Jinja. */
  readonly options: readonly (readonly [name: string, value: string])[];
  /** What the call gives: the whole text, a list of its lines, or the lines with commas between them. */
  readonly gives: 'text' | 'lines' | 'joined';
}

/** The options of the lookup that uri has too, with their names there. */
const OPTIONS: ReadonlyMap<string, string> = new Map([
  ['headers', 'headers'],
  ['validate_certs', 'validate_certs'],
  ['use_proxy', 'use_proxy'],
  ['username', 'url_username'],
  ['password', 'url_password'],
  ['force_basic_auth', 'force_basic_auth'],
  ['http_agent', 'http_agent'],
  ['timeout', 'timeout'],
]);

/** Keywords of the task that the task before it gets, too. */
const COPIED: readonly string[] = ['run_once', 'tags', 'no_log', 'retries', 'delay'];
/** Keywords with which the answer may differ for each round, or needs variables that only this task has. */
const TOO_MUCH = /^(?:loop|with_\w.*|vars|block|environment)$/;

/**
 * Converts a step whose lookups ask a URL. A task before the step asks on the controller, and the step uses its answer:
 * an expression never asks a server here. `convert` converts the step with the translator that it gets.
 */
export function withUrlAnswers<Use extends Scalars>(
  step: MapOfFile,
  entries: readonly Entry[],
  use: Use,
  convert: (use: Use) => void,
): void {
  const conditions = conditionsOf(entries, use);
  if (step.flow === true || conditions === undefined || entries.some(({ key }) => TOO_MUCH.test(key))) {
    convert(use);
    return;
  }
  const answers = new Answers(use.draft.source.text);
  convert({ ...use, translator: answers.around(use.translator) });
  const { source } = use.draft;
  const dash = source.text.lastIndexOf('-', step.range[0]);
  const indentation = ' '.repeat(source.column(dash));
  for (const [name, call] of answers.asked) {
    const lines = taskLines(name, call, { entries, conditions }, use);
    use.draft.insert(source.lineStart(dash), lines.map((line) => `${indentation}${line}\n`).join('') + '\n');
  }
}

/** Returns the lines for `when`; undefined if a condition cannot be converted, or asks itself. */
function conditionsOf(entries: readonly Entry[], { translator }: Scalars): readonly string[] | undefined {
  const when = entries.find(({ key }) => key === 'when');
  if (when === undefined || when.value === null) return [];
  const texts = (isSeq(when.value) ? itemsOf(when.value) : [when.value]).map((node) => textOf(node));
  const written = texts.map((text) =>
    text === undefined || CALL.test(text) ? undefined : translator.expression(text, 'condition'),
  );
  const done = written.flatMap((one) =>
    one === undefined || one.kind === 'byHand' ? [] : [scalarOf(one.text, { isFlow: false })],
  );
  return done.length < written.length ? undefined : done;
}

function taskLines(
  name: string,
  { url, options }: UrlCall,
  { entries, conditions }: { readonly entries: readonly Entry[]; readonly conditions: readonly string[] },
  { translator }: Scalars,
): readonly string[] {
  const value = (expression: string): string => {
    const literal = literalOf(expression);
    const converted = translator.template(literal ?? `{{ ${expression} }}`, 'string');
    return scalarOf(converted.kind === 'byHand' ? `{{ ${expression} }}` : converted.text, {
      isFlow: false,
      style: 'double',
    });
  };
  const copied = COPIED.flatMap((key) => {
    const written = keywordOf(entries.find((entry) => entry.key === key)?.value ?? null, translator);
    return written === undefined ? [] : [`  ${key}: ${written}`];
  });
  return [
    '- name: Ask for what the next task needs',
    '  uri:',
    `    url: ${value(url)}`,
    ...options.map(([option, expression]) => `    ${option}: ${value(expression)}`),
    `  register: ${name}`,
    '  delegate_to: localhost',
    '  become: false',
    ...copied,
    ...(conditions.length === 0 ? [] : ['  when:', ...conditions.map((one) => `    - ${one}`)]),
  ];
}

/** Returns the value of a keyword on one line. */
function keywordOf(node: YamlNode | null, translator: Translator): string | undefined {
  if (isSeq(node))
    return `[${itemsOf(node)
      .map((item) => scalarOf(textOf(item) ?? '', { isFlow: true }))
      .join(', ')}]`;
  const text = node === null ? undefined : textOf(node);
  if (text === undefined) return undefined;
  const flag = booleanOf(text);
  if (flag !== undefined && !/^\d+$/.test(text)) return String(flag);
  if (/^\d+$/.test(text)) return text;
  const converted = translator.template(text, 'string');
  return scalarOf(converted.kind === 'byHand' ? text : converted.text, { isFlow: false });
}

const CALL = /\b(?:lookup|query|q)\(\s*(['"])(?:ansible\.builtin\.)?url\1\s*,/;

/** The calls of one step, each with the name of the variable for its answer. */
class Answers {
  readonly asked = new Map<string, UrlCall>();
  readonly #names = new Map<string, string>();
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Returns a translator that replaces the calls with the names of their answers. */
  around(translator: Translator): Translator {
    return {
      expression: (text, purpose) => this.#changed(text, (one) => translator.expression(one, purpose)),
      template: (text, place) => this.#changed(text, (one) => translator.template(one, place)),
      typeOf: (text) => translator.typeOf(this.#replaced(text)),
    };
  }

  #changed(text: string, translate: (text: string) => Converted): Converted {
    const replaced = this.#replaced(text);
    const converted = translate(replaced);
    return converted.kind === 'same' && replaced !== text ? { ...converted, kind: 'exact' } : converted;
  }

  #replaced(text: string): string {
    let left = text;
    for (let found = CALL.exec(left); found !== null; found = CALL.exec(left)) {
      const end = closing(left, found.index + found[0].indexOf('('));
      const written = end === undefined ? '' : left.slice(found.index, end + 1);
      const call = end === undefined ? undefined : readCall(written);
      if (end === undefined || call === undefined) return text;
      left = left.slice(0, found.index) + use(this.#nameOf(call), call) + left.slice(end + 1);
    }
    return left;
  }

  #nameOf(call: UrlCall): string {
    const request = JSON.stringify([call.url, call.options]);
    const known = this.#names.get(request);
    if (known !== undefined) return known;
    const number = this.#names.size + 1;
    let name = number === 1 ? 'asked_url' : `asked_url_${number}`;
    while (this.#text.includes(`register: ${name}\n`)) name = `${name}_x`;
    this.#names.set(request, name);
    this.asked.set(name, call);
    return name;
  }
}

function use(name: string, { gives }: UrlCall): string {
  if (gives === 'text') return `${name}.content`;
  return gives === 'lines' ? `${name}.content.splitlines()` : `(${name}.content.splitlines() | join(','))`;
}

/** Reads `lookup('url', ADDRESS, option=value)`; undefined for another form. */
function readCall(written: string): UrlCall | undefined {
  const inner = written.slice(written.indexOf('(') + 1, -1);
  const [, url, ...others] = splitAtCommas(inner);
  if (url === undefined) return undefined;
  const named = others.map((one) => /^(\w+)\s*=(?!=)\s*([\s\S]+)$/.exec(one));
  const options: (readonly [string, string])[] = [];
  let isSplit = true;
  let isList = !written.startsWith('lookup');
  for (const match of named) {
    const [, name = '', value = ''] = match ?? [];
    const option = OPTIONS.get(name);
    if (name === 'split_lines' || name === 'wantlist') {
      const flag = booleanOf(value.replaceAll(/['"]/g, ''));
      if (flag === undefined) return undefined;
      if (name === 'split_lines') isSplit = flag;
      else isList = flag;
    } else if (option === undefined) return undefined;
    else options.push([option, value]);
  }
  // A list of one text is not what anybody means.
  if (!isSplit && isList) return undefined;
  return { url, options, gives: isSplit ? (isList ? 'lines' : 'joined') : 'text' };
}

/** Returns the text of an expression that is one text in quotes. */
function literalOf(expression: string): string | undefined {
  return /^'([^'\\]*)'$/.exec(expression)?.[1] ?? /^"([^"\\]*)"$/.exec(expression)?.[1];
}

/** Returns the offset of the bracket that closes the one at `open`; undefined if there is none. */
function closing(text: string, open: number): number | undefined {
  let depth = 0;
  for (const [at, character] of codeOf(text, open)) {
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    if (depth === 0) return at;
  }
  return undefined;
}

function splitAtCommas(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (const [at, character] of codeOf(text, 0)) {
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return [...parts, text.slice(from).trim()].filter((part) => part !== '');
}

/** Returns the characters outside of texts in quotes, with their offsets. */
function* codeOf(text: string, from: number): Generator<readonly [number, string]> {
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (character === "'" || character === '"') quote = character;
    else yield [at, character];
  }
}
