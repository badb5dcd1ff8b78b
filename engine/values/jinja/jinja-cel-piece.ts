import type { BinaryOperator, Jinja } from './jinja-expression.ts';

/** How tightly a piece of CEL holds together; brackets go around one that holds less than its place asks for. */
export const LEVEL = { choice: 0, or: 1, and: 2, compare: 3, sum: 4, product: 5, unary: 6, member: 7 } as const;

export interface Piece {
  readonly text: string;
  readonly level: number;
}

/** Writes Jinja as CEL, piece by piece. */
export interface CelWriting {
  piece(node: Jinja): Piece;
  /** In brackets where it holds less than that. */
  at(node: Jinja, least: number): string;
  /** A text in the quotes that are asked for. */
  text(value: string): string;
  binary(operator: BinaryOperator, left: Jinja, right: Jinja): Piece;
}

export function member(text: string): Piece {
  return { text, level: LEVEL.member };
}

export function negated({ text, level }: Piece): Piece {
  if (text.startsWith('!') && level === LEVEL.unary) return { text: text.slice(1), level: LEVEL.unary };
  return { text: `!${level < LEVEL.unary ? `(${text})` : text}`, level: LEVEL.unary };
}
