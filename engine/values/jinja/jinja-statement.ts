import { type Origin, Fault } from '../language/fault.ts';
import { readJinja, readJinjaLoop } from './jinja-expression.ts';
import { type JinjaMark, jinjaMarks } from './jinja-marks.ts';
import { WRITE } from './jinja-remedy.ts';
import { argumentOf, mustacheOf } from './jinja-to-handlebars.ts';
import { NoCounterpart } from './jinja-translation.ts';

/** Returns whether the text may contain Jinja statements or comments. */
export function mayHoldJinja(text: string): boolean {
  return text.includes('{%') || text.includes('{#');
}

/** Throws the Fault of the first statement or comment of Jinja that is not escaped with a backslash. */
export function refuseJinja(text: string, origin?: Origin): void {
  if (!mayHoldJinja(text)) return;
  const [first, ...others] = jinjaMarks(text).filter(({ isEscaped }) => !isEscaped);
  if (first === undefined) return;
  const whole = text.slice(first.start, first.end);
  const line = whole.split('\n', 1)[0] ?? whole;
  const isComment = first.kind === 'comment';
  throw new Fault(
    {
      code: isComment ? 'jinja-comment' : 'jinja-statement',
      what: `${line.length > 60 ? `${line.slice(0, 60)}…` : line} is Jinja, and templates here are Handlebars`,
      why:
        others.length === 0
          ? undefined
          : `There ${others.length === 1 ? 'is 1 more statement or comment' : `are ${others.length} more statements and comments`} of Jinja after it.`,
      remedy: `${isComment ? 'To mean the text, write \\{#.' : 'To mean the text, write \\{%.'} ${isComment ? commentRemedy(first.content) : trimmed(statementRemedy(first.content), whole)}`,
    },
    first.start,
    line.length,
    origin,
  );
}

/** Throws a Fault for the header line that sets options for a template file in Ansible. */
export function refuseJinjaHeader(text: string): void {
  if (!text.startsWith('#jinja2:')) return;
  const what = 'A line #jinja2: is for Jinja, and templates here are Handlebars';
  throw new Fault(
    { code: 'jinja-statement', what, remedy: 'Leave the line out.' },
    0,
    text.split('\n', 1)[0]?.length ?? 1,
  );
}

/** Adds a backslash before each text that looks like Jinja. */
export function withJinjaEscapes(text: string): string {
  if (!mayHoldJinja(text)) return text;
  return rewritten(text, jinjaMarks(text), (whole) => `\\${whole}`);
}

/** Removes the backslashes that escape text which looks like Jinja. */
export function withoutJinjaEscapes(text: string): string {
  if (!text.includes('\\{%') && !text.includes('\\{#')) return text;
  const escaped = jinjaMarks(text).filter(({ isEscaped }) => isEscaped);
  return rewritten(text, escaped, (whole) => whole.slice(1));
}

function rewritten(text: string, marks: readonly JinjaMark[], rewrite: (whole: string) => string): string {
  let at = 0;
  const parts = marks.flatMap(({ start, end }) => {
    const part = [text.slice(at, start), rewrite(text.slice(start, end))];
    at = end;
    return part;
  });
  return [...parts, text.slice(at)].join('');
}

function commentRemedy(comment: string): string {
  const text = comment.replace(/^[-+]/, '').replace(/[-+]$/, '').trim().replaceAll(/\s+/g, ' ');
  return `${WRITE}{{!-- ${text.length > 100 || text.includes('--') ? '…' : text} --}}`;
}

/** `{%- … -%}` removes the blanks around it, like `{{~ … ~}}`. */
function trimmed(remedy: string, statement: string): string {
  const [before = '', code = ''] = remedy.split(WRITE);
  if (!/^\{\{[^{][^\n]*\}\}$/.test(code)) return remedy;
  const left = statement.startsWith('{%-') ? '~' : '';
  const right = statement.endsWith('-%}') ? '~' : '';
  return `${before}${WRITE}{{${left}${code.slice(2, -2)}${right}}}`;
}

function statementRemedy(statement: string): string {
  const [, word = '', rest = ''] = /^(\w+)\s*([\s\S]*)$/.exec(statement.trim()) ?? [];
  try {
    return COUNTERPARTS.get(word)?.(rest.trim()) ?? generalRemedy(word);
  } catch (error) {
    if (error instanceof NoCounterpart) return error.instead ?? generalRemedy(word);
    throw error;
  }
}

const quoteOf = (text: string): '"' | "'" => (/["']/.exec(text)?.[0] === "'" ? "'" : '"');

function inArgument(text: string): string | undefined {
  const jinja = readJinja(text);
  return jinja === undefined ? undefined : argumentOf(jinja, quoteOf(text));
}

/**
 * Returns what to write in place of a statement; `rest` is its text after the first word. Undefined if it cannot be
 * translated.
 */
type Counterpart = (rest: string) => string | undefined;

const fixed =
  (code: string): Counterpart =>
  () =>
    `${WRITE}${code}`;

const conditional =
  (head: string): Counterpart =>
  (rest) => {
    const condition = inArgument(rest);
    return condition === undefined ? undefined : `${WRITE}{{${head} ${condition}}}`;
  };

function withRemedy(rest: string): string | undefined {
  const [, name, value] = /^(\w+)\s*=\s*([\s\S]+)$/.exec(rest) ?? [];
  const written = value === undefined ? undefined : inArgument(value);
  return written === undefined ? undefined : `${WRITE}{{#with ${written} as |${name}|}}`;
}

function includeRemedy(rest: string): string | undefined {
  const name = /^["']([^"']+)["']/.exec(rest)?.[1]?.replace(/\.(j2|hbs)$/, '');
  return name === undefined ? undefined : `The file is looked for beside this template. ${WRITE}{{> "${name}"}}`;
}

function macroRemedy(rest: string): string | undefined {
  const name = /^(\w+)/.exec(rest)?.[1];
  if (name === undefined) return undefined;
  return `It is called by {{> ${name} x=1}}, and ends by {{/inline}}. ${WRITE}{{#*inline "${name}"}}`;
}

const COUNTERPARTS: ReadonlyMap<string, Counterpart> = new Map<string, Counterpart>([
  ['if', conditional('#if')],
  ['elif', conditional('else if')],
  ['else', fixed('{{else}}')],
  ['endif', fixed('{{/if}}')],
  ['for', loopRemedy],
  ['endfor', fixed('{{/each}}')],
  ['set', setRemedy],
  ['with', withRemedy],
  ['endwith', fixed('{{/with}}')],
  ['include', includeRemedy],
  ['macro', macroRemedy],
  ['endmacro', fixed('{{/inline}}')],
  ['raw', fixed('{{{{raw}}}}')],
  ['endraw', fixed('{{{{/raw}}}}')],
]);

function loopRemedy(rest: string): string | undefined {
  const loop = readJinjaLoop(rest);
  if (loop === undefined) return undefined;
  const { list, names, condition } = loop;
  const pairs =
    list.kind === 'call' &&
    list.callee.kind === 'member' &&
    list.callee.key.kind === 'text' &&
    list.callee.key.value.endsWith('items');
  const sorted = list.kind === 'filter' && ['dictsort', 'dict2items'].includes(list.name);
  const of = pairs && list.callee.kind === 'member' ? list.callee.of : sorted ? list.of : list;
  const [first = 'item', second] = names;
  // For a map, the block parameters are first the value, then the key.
  const parameters = second === undefined ? first : `${second} ${first}`;
  const quote = quoteOf(rest);
  const filter = condition === undefined ? '' : `\n{{#if ${argumentOf(condition, quote)}}}`;
  return `Inside of it, @root.x is the variable x. ${WRITE}{{#each ${argumentOf(of, quote)} as |${parameters}|}}${filter}`;
}

function setRemedy(rest: string): string | undefined {
  const [, name, value] = /^([A-Za-z_]\w*)\s*=\s*([\s\S]+)$/.exec(rest) ?? [];
  const jinja = value === undefined ? undefined : readJinja(value);
  if (name === undefined || jinja === undefined) return undefined;
  const written = `{{${mustacheOf(jinja, "'")}}}`;
  return `Nothing is set in a template: give the task the variable by vars:. ${WRITE}${name}: "${written}"`;
}

const CONDITION = 'Write {{#if x}}, {{else if y}} and {{/if}}; a comparison is {{#if (eq a "b")}}.';
const ASSIGNMENT =
  'Nothing is set in a template: give the task the variable by vars:, or write {{#with value as |name|}} and {{/with}}.';
const MACRO = 'Write {{#*inline "name"}} and {{/inline}}, and call it by {{> name x=1}}.';
const EXTENDS =
  'Define each part, {{#*inline "part"}} and {{/inline}}, and write {{> base}} after them: the base has {{> part}} where the part goes.';
const BLOCK =
  'Write {{> part}}: a template that defines {{#*inline "part"}} before {{> base}} gives the part, and the file part.hbs beside the base is the default.';
const FILTER = 'Call a helper for each value: {{upper name}}.';
const SHORTER_LOOP = 'Filter the list before: {{#each (expr "xs.filter(x, x > 1)") as |x|}}.';

/** Remedies for statements that cannot be translated. */
const GENERAL_REMEDIES: ReadonlyMap<string, string> = new Map([
  ['if', CONDITION],
  ['elif', CONDITION],
  ['for', 'Write {{#each xs as |x|}} and {{/each}}.'],
  ['set', ASSIGNMENT],
  ['endset', ASSIGNMENT],
  ['with', ASSIGNMENT],
  ['do', ASSIGNMENT],
  ['include', 'Write {{> name}}: the file is looked for beside this template; a name must be fixed.'],
  ['macro', MACRO],
  ['import', MACRO],
  ['from', MACRO],
  ['call', MACRO],
  ['endcall', MACRO],
  ['extends', EXTENDS],
  ['block', BLOCK],
  ['endblock', BLOCK],
  ['filter', FILTER],
  ['endfilter', FILTER],
  ['break', SHORTER_LOOP],
  ['continue', SHORTER_LOOP],
]);

function generalRemedy(word: string): string {
  return (
    GENERAL_REMEDIES.get(word) ??
    'Leave it out: templates have {{#if}}, {{#each}}, {{#with}}, {{> partial}} and helpers.'
  );
}
