import { numberNode, partsOf } from './jinja-build.ts';
import { type Jinja, type JinjaLoop, readJinja, readJinjaLoop } from './jinja-expression.ts';
import { type LexerOptions, type TemplateToken, templateTokens } from './jinja-template-lexer.ts';
import { type Backslashes, Unreadable } from './jinja-token.ts';
import { lacking } from './jinja-translation.ts';

/** A part of a template of Jinja. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly expression: Jinja }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'if'; readonly branches: readonly Branch[]; readonly otherwise: readonly TemplateNode[] }
  | {
      readonly kind: 'for';
      readonly loop: JinjaLoop;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  /** `name`: a variable, or a member of a namespace with its dot. */
  | { readonly kind: 'set'; readonly name: string; readonly value: Jinja }
  | { readonly kind: 'setText'; readonly name: string; readonly body: readonly TemplateNode[] }
  | { readonly kind: 'filter'; readonly filtered: (text: Jinja) => Jinja; readonly body: readonly TemplateNode[] }
  | {
      readonly kind: 'with';
      readonly set: readonly (readonly [string, Jinja])[];
      readonly body: readonly TemplateNode[];
    }
  | { readonly kind: 'macro'; readonly macro: Macro; readonly body: readonly TemplateNode[] };

export type TemplateNodeOf<Kind extends TemplateNode['kind']> = Extract<TemplateNode, { readonly kind: Kind }>;

export interface Branch {
  readonly condition: Jinja;
  readonly body: readonly TemplateNode[];
}

export interface Macro {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly fallback: Jinja | undefined }[];
}

export interface TemplateOptions extends LexerOptions {
  readonly place: 'string' | 'file';
}

/** Parses a template. Throws Unreadable, and NoCounterpart for statements that are never translated. */
export function readTemplate(text: string, options: TemplateOptions): readonly TemplateNode[] {
  const reader = new TemplateReader(templateTokens(text, options), options.place === 'string' ? 'kept' : 'read');
  return reader.whole();
}

const MOST_DEPTH = 50;

class TemplateReader {
  readonly #tokens: readonly TemplateToken[];
  readonly #backslashes: Backslashes;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly TemplateToken[], backslashes: Backslashes) {
    this.#tokens = tokens;
    this.#backslashes = backslashes;
  }

  whole(): readonly TemplateNode[] {
    const nodes = this.#body([]);
    if (this.#at < this.#tokens.length) throw new Unreadable();
    return nodes;
  }

  /** Reads up to a statement that begins with one of these words. The statement itself is left. */
  #body(ends: readonly string[]): readonly TemplateNode[] {
    if (++this.#depth > MOST_DEPTH) throw new Unreadable();
    const nodes: TemplateNode[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined) break;
      const { word, rest } = statementOf(token);
      if (token.kind === 'statement' && ends.includes(word)) break;
      this.#at++;
      if (token.kind === 'text') nodes.push({ kind: 'text', text: token.text });
      else if (token.kind === 'comment') nodes.push({ kind: 'comment', text: token.text });
      else if (token.kind === 'output')
        nodes.push({ kind: 'output', expression: this.#read(token.text, this.#backslashes) });
      else nodes.push(...this.#statement(word, rest));
    }
    this.#depth--;
    return nodes;
  }

  #read(text: string, backslashes: Backslashes = 'read'): Jinja {
    const jinja = readJinja(text, backslashes);
    if (jinja === undefined) throw new Unreadable();
    return jinja;
  }

  /** Reads the statement that ends a body. Returns its word and the text after it. */
  #end(): { readonly word: string; readonly rest: string } {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Unreadable();
    this.#at++;
    return statementOf(token);
  }

  #bodyUpTo(end: string): readonly TemplateNode[] {
    const body = this.#body([end]);
    this.#end();
    return body;
  }

  #statement(word: string, rest: string): readonly TemplateNode[] {
    switch (word) {
      case 'if':
        return [this.#if(rest)];
      case 'for':
        return [this.#for(rest)];
      case 'set':
        return this.#set(rest);
      case 'with':
        return [{ kind: 'with', set: this.#assignments(rest), body: this.#bodyUpTo('endwith') }];
      case 'macro':
        return [{ kind: 'macro', macro: this.#macro(rest), body: this.#bodyUpTo('endmacro') }];
      case 'filter':
        return [{ kind: 'filter', filtered: this.#filter(rest), body: this.#bodyUpTo('endfilter') }];
      case 'block':
      case 'autoescape':
        return this.#bodyUpTo(`end${word}`);
      default:
        return lacking('statement', word);
    }
  }

  #if(rest: string): TemplateNode {
    const branches: Branch[] = [];
    let condition = this.#read(rest);
    for (;;) {
      branches.push({ condition, body: this.#body(['elif', 'else', 'endif']) });
      const end = this.#end();
      if (end.word === 'elif') condition = this.#read(end.rest);
      else return { kind: 'if', branches, otherwise: end.word === 'else' ? this.#bodyUpTo('endif') : [] };
    }
  }

  #for(rest: string): TemplateNode {
    if (/\srecursive\s*$/.test(rest)) lacking('statement', 'for … recursive');
    const loop = readJinjaLoop(rest);
    if (loop === undefined) throw new Unreadable();
    const body = this.#body(['else', 'endfor']);
    return { kind: 'for', loop, body, otherwise: this.#end().word === 'else' ? this.#bodyUpTo('endfor') : [] };
  }

  #set(rest: string): readonly TemplateNode[] {
    const [, name, value] = /^([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)\s*=(?!=)\s*([\s\S]+)$/.exec(rest) ?? [];
    if (name !== undefined && value !== undefined) return [{ kind: 'set', name, value: this.#tuple(value) }];
    const [, names, parts] = /^([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)+)\s*=(?!=)\s*([\s\S]+)$/.exec(rest) ?? [];
    if (names !== undefined && parts !== undefined)
      return setOfParts(
        names.split(',').map((one) => one.trim()),
        this.#tuple(parts),
      );
    const [, block, filters] = /^([A-Za-z_]\w*)\s*(\|[\s\S]+)?$/.exec(rest) ?? [];
    if (block === undefined || filters !== undefined) return lacking('statement', 'set of several names or members');
    return [{ kind: 'setText', name: block, body: this.#bodyUpTo('endset') }];
  }

  #tuple(text: string): Jinja {
    return readJinja(text) ?? this.#read(`(${text})`);
  }

  #assignments(rest: string): readonly (readonly [string, Jinja])[] {
    if (rest === '') return [];
    const call = readJinja(`with(${rest})`);
    if (call?.kind !== 'call' || call.given.plain.length > 0) throw new Unreadable();
    return [...call.given.named];
  }

  #macro(rest: string): Macro {
    const call = readJinja(rest);
    if (call?.kind !== 'call' || call.callee.kind !== 'name') throw new Unreadable();
    const required = call.given.plain.map((parameter) => {
      if (parameter.kind !== 'name') throw new Unreadable();
      return { name: parameter.name, fallback: undefined };
    });
    return {
      name: call.callee.name,
      parameters: [...required, ...[...call.given.named].map(([name, fallback]) => ({ name, fallback }))],
    };
  }

  /** Reads `filter indent(4) | upper`. */
  #filter(rest: string): (text: Jinja) => Jinja {
    const outer = this.#read(`x | ${rest}`);
    const within = (node: Jinja, text: Jinja): Jinja => {
      if (node.kind === 'name') return text;
      if (node.kind !== 'filter') throw new Unreadable();
      return { ...node, of: within(node.of, text) };
    };
    return (text) => within(outer, text);
  }
}

/** `set a, b = xs` gives each name a part of the value. All parts are computed before the first name has its value. */
function setOfParts(names: readonly string[], value: Jinja): readonly TemplateNode[] {
  if (mentions(value, new Set(names)) || (value.kind === 'list' && value.items.length !== names.length))
    return lacking('statement', 'set of several names or members');
  return names.map((name, index) => {
    const part = value.kind === 'list' ? value.items[index] : undefined;
    return { kind: 'set', name, value: part ?? { kind: 'member', of: value, key: numberNode(index) } };
  });
}

function mentions(node: Jinja, names: ReadonlySet<string>): boolean {
  return (node.kind === 'name' && names.has(node.name)) || partsOf(node).some((part) => mentions(part, names));
}

function statementOf({ text }: TemplateToken): { readonly word: string; readonly rest: string } {
  const whole = text.trim();
  const word = /^\w+/.exec(whole)?.[0] ?? '';
  return { word, rest: word === '' ? '' : whole.slice(word.length).trimStart() };
}

const HEADER = /^#jinja2:([^\n]*)\n/;

export interface TemplateSourceText {
  readonly text: string;
  readonly options: LexerOptions;
}

/** Removes the line `#jinja2:` from a template and reads its options. Undefined if an option is not known. */
export function withoutHeader(text: string): TemplateSourceText | undefined {
  const header = HEADER.exec(text);
  const options = { trimBlocks: true, lstripBlocks: false };
  if (header === null) return text.startsWith('#jinja2:') ? undefined : { text, options };
  for (const pair of (header[1] ?? '').split(',')) {
    const [, key, value] = /^\s*(\w+)\s*:\s*(\S+)\s*$/.exec(pair) ?? [];
    if (value !== 'True' && value !== 'False') return undefined;
    if (key === 'trim_blocks') options.trimBlocks = value === 'True';
    else if (key === 'lstrip_blocks') options.lstripBlocks = value === 'True';
    else return undefined;
  }
  return { text: text.slice(header[0].length), options };
}
