import { type CST, type Document, Composer, Lexer, Parser } from 'yaml';
import type { Node } from '../base/node.ts';
import { withoutMark } from './text-file.ts';
import { type Decrypt, NodeConverter } from './yaml-nodes.ts';
import { YamlProblems } from './yaml-problems.ts';
import { reportSyntax } from './yaml-syntax.ts';

/** Maximal length of a YAML file, in characters. Playbooks are small. */
const MAX_LENGTH = 8_000_000;
/** Lexemes per turn of the event loop, a few milliseconds. The lexer takes half of the total time. */
const LEXEMES_AT_A_STRETCH = 4_000;

export interface YamlOptions {
  /** Decrypts `!vault` values. Without it, a `!vault` value is a Problem. */
  readonly decrypt?: Decrypt | undefined;
}

/**
 * Parses a YAML 1.2 file (core schema, merge keys) to one node per document; `yes` and `on` are strings. Throws
 * Problems with all mistakes that were found, at most twenty.
 */
export function readYaml(text: string, file: string, options: YamlOptions = {}): Node[] {
  return new YamlReader(text, file, options).read();
}

/**
 * Like `readYaml`, for files that may be long: other work of the event loop runs in between, so that the terminal stays
 * responsive.
 */
export function readYamlInTurns(text: string, file: string, options: YamlOptions = {}): Promise<Node[]> {
  return new YamlReader(text, file, options).readInTurns();
}

class YamlReader {
  readonly #problems: YamlProblems;
  readonly #options: YamlOptions;

  constructor(text: string, file: string, options: YamlOptions) {
    this.#problems = new YamlProblems(withoutMark(text), file);
    this.#options = options;
  }

  read(): Node[] {
    const tokens: CST.Token[] = [];
    this.#attempt(() => {
      for (const some of this.#tokens()) tokens.push(...some);
    });
    return this.#nodes(tokens);
  }

  async readInTurns(): Promise<Node[]> {
    const tokens: CST.Token[] = [];
    const pieces = this.#tokens();
    for (;;) {
      const piece = this.#attempt(() => pieces.next());
      if (piece === undefined || piece.done === true) break;
      tokens.push(...piece.value);
      await new Promise(setImmediate);
    }
    return this.#nodes(tokens);
  }

  /** Yields each document as one token, after it has been read. */
  *#tokens(): Generator<readonly CST.Token[]> {
    const { text, lines } = this.#problems;
    if (text.length > MAX_LENGTH) {
      this.#problems.report({
        code: 'yaml-too-large',
        what: `The file has ${text.length} characters; at most ${MAX_LENGTH} are read as YAML`,
        offset: 0,
        length: 0,
        remedy: 'Split the file, or copy it to the host by copy: {src: …}.',
      });
      return;
    }
    const nul = text.indexOf('\0');
    if (nul >= 0) {
      for (const { index } of text.slice(0, nul).matchAll(/\n/g)) lines.addNewLine(index + 1);
      this.#problems.report({
        code: 'not-text',
        what: 'The file is not text: it contains a byte that is zero',
        offset: nul,
        length: 1,
        remedy: 'Name a file of YAML. A file that copy sends by src may contain any bytes.',
      });
      return;
    }
    const parser = new Parser(lines.addNewLine);
    lines.addNewLine(0);
    let tokens: CST.Token[] = [];
    let lexemes = 0;
    for (const lexeme of new Lexer().lex(text)) {
      tokens.push(...parser.next(lexeme));
      if ((lexemes += 1) % LEXEMES_AT_A_STRETCH !== 0) continue;
      yield tokens;
      tokens = [];
    }
    yield [...tokens, ...parser.end()];
  }

  #nodes(tokens: readonly CST.Token[]): Node[] {
    const nodes: Node[] = [];
    for (const document of this.#problems.some ? [] : this.#compose(tokens)) {
      reportSyntax(document, this.#problems);
      if (document.errors.length > 0) continue;
      nodes.push(new NodeConverter(this.#problems, this.#options.decrypt).document(document));
    }
    this.#problems.throwAny();
    return nodes;
  }

  #compose(tokens: readonly CST.Token[]): readonly Document.Parsed[] {
    const composer = new Composer({
      lineCounter: this.#problems.lines,
      merge: true,
      prettyErrors: false,
      customTags: [{ tag: '!vault', resolve: (armored: string) => armored }],
    });
    return this.#attempt(() => [...composer.compose(tokens)]) ?? [];
  }

  /** Returns the result of `work`; undefined if the parser failed, which is reported. */
  #attempt<Result>(work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      // The parser is recursive: input that is nested thousands of levels deep overflows its stack.
      if (!(error instanceof Error)) throw error;
      if (error instanceof RangeError) this.#problems.reportDepth(0);
      else {
        const what = `The file is not valid YAML: ${error.message}`;
        this.#problems.report({ code: 'yaml-syntax', what, offset: 0, length: 0 });
      }
      return undefined;
    }
  }
}
