import { Unreadable } from './jinja-token.ts';

/** A part of a template. White space is already removed as in Jinja. */
export interface TemplateToken {
  readonly kind: 'text' | 'output' | 'statement' | 'comment';
  /** The content between the marks; for text, the text itself. */
  readonly text: string;
}

export interface LexerOptions {
  /** True: a line break after a statement is removed, as in Ansible. */
  readonly trimBlocks: boolean;
  /** True: blanks before a statement at the beginning of a line are removed. */
  readonly lstripBlocks: boolean;
}

const OPENING = /\{\{|\{%|\{#/g;
const RAW = /\{%([-+]?)\s*raw\s*(-%\}\s*|%\})/y;

/** Splits a template into tokens. Throws Unreadable. */
export function templateTokens(text: string, options: LexerOptions): readonly TemplateToken[] {
  return new TemplateLexer(text.replaceAll(/\r\n?/g, '\n'), options).tokens();
}

class TemplateLexer {
  readonly #text: string;
  readonly #options: LexerOptions;
  readonly #tokens: TemplateToken[] = [];
  #at = 0;

  constructor(text: string, options: LexerOptions) {
    this.#text = text;
    this.#options = options;
  }

  tokens(): readonly TemplateToken[] {
    for (;;) {
      OPENING.lastIndex = this.#at;
      const opening = OPENING.exec(this.#text);
      if (opening === null) break;
      this.#tag(opening.index, opening[0]);
    }
    this.#push('text', this.#text.slice(this.#at));
    return this.#tokens;
  }

  #push(kind: TemplateToken['kind'], text: string): void {
    if (kind !== 'text' || text !== '') this.#tokens.push({ kind, text });
  }

  #tag(begin: number, opening: string): void {
    const sign = this.#text[begin + 2] ?? '';
    const isSigned = sign === '-' || sign === '+';
    this.#push('text', this.#before(begin, opening, sign));
    RAW.lastIndex = begin;
    const raw = opening === '{%' ? RAW.exec(this.#text) : null;
    if (raw !== null) return this.#raw(begin + raw[0].length);
    const inside = begin + (isSigned ? 3 : 2);
    if (opening === '{#') return this.#comment(inside);
    const end = opening === '{{' ? this.#end(inside, /-?\}\}/y) : this.#end(inside, /[-+]?%\}/y);
    this.#push(opening === '{{' ? 'output' : 'statement', this.#text.slice(inside, end.at));
    this.#at = this.#behind(end, opening !== '{{');
  }

  /** Returns the text before a tag, without the white space that the tag removes. */
  #before(begin: number, opening: string, sign: string): string {
    const text = this.#text.slice(this.#at, begin);
    if (sign === '-') return text.trimEnd();
    if (sign === '+' || opening === '{{' || !this.#options.lstripBlocks) return text;
    const blanks = /(?<![^\S\n])[^\S\n]*$/.exec(text)?.[0].length ?? 0;
    const isLineStart =
      text.length > blanks
        ? text.at(-blanks - 1) === '\n'
        : begin === text.length || this.#at === 0 || this.#text[this.#at - 1] === '\n';
    return isLineStart ? text.slice(0, text.length - blanks) : text;
  }

  #comment(inside: number): void {
    const end = /[-+]?#\}/g;
    end.lastIndex = inside;
    const found = end.exec(this.#text);
    if (found === null) throw new Unreadable();
    this.#push('comment', this.#text.slice(inside, found.index));
    this.#at = this.#behind({ at: found.index, sign: found[0] }, true);
  }

  #raw(inside: number): void {
    const end = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
    end.lastIndex = inside;
    const found = end.exec(this.#text);
    if (found === null) throw new Unreadable();
    const text = this.#text.slice(inside, found.index);
    this.#push('text', found[1] === '-' ? text.trimEnd() : text);
    this.#at = this.#behind({ at: found.index, sign: `${found[2]}%}`, length: found[0].length }, true);
  }

  /** Finds the end of a tag. Ends within strings or brackets do not count. Throws Unreadable. */
  #end(inside: number, closing: RegExp): { readonly at: number; readonly sign: string } {
    let depth = 0;
    for (let at = inside; at < this.#text.length; at++) {
      const letter = this.#text[at] ?? '';
      closing.lastIndex = at;
      const end = depth === 0 ? closing.exec(this.#text) : null;
      if (end !== null) return { at, sign: end[0] };
      if (letter === '"' || letter === "'") at = this.#stringEnd(at, letter);
      else if (/[([{]/.test(letter)) depth++;
      else if (/[)\]}]/.test(letter)) depth--;
      if (depth < 0) throw new Unreadable();
    }
    throw new Unreadable();
  }

  #stringEnd(begin: number, quote: string): number {
    for (let at = begin + 1; at < this.#text.length; at++) {
      if (this.#text[at] === '\\') at++;
      else if (this.#text[at] === quote) return at;
    }
    throw new Unreadable();
  }

  /** Returns the offset after a tag and the white space that it removes. */
  #behind(
    { at, sign, length = sign.length }: { readonly at: number; readonly sign: string; readonly length?: number },
    isBlock: boolean,
  ): number {
    const end = at + length;
    if (sign.startsWith('-')) return end + (/^\s*/.exec(this.#text.slice(end))?.[0].length ?? 0);
    const isTrimmed = isBlock && this.#options.trimBlocks && !sign.startsWith('+');
    return isTrimmed && this.#text[end] === '\n' ? end + 1 : end;
  }
}
