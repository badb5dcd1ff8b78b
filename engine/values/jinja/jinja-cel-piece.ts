import type { BinaryOperator, Jinja } from './jinja-expression.ts';

/** Precedence of a piece of CEL. A piece of a lower level than its position requires is put in parentheses. */
export const LEVEL = { choice: 0, or: 1, and: 2, compare: 3, sum: 4, product: 5, unary: 6, member: 7 } as const;

export interface Piece {
  readonly text: string;
  readonly level: number;
  /** The piece that this piece negates. */
  readonly negates?: Piece;
}

/** Writes Jinja as CEL, piece by piece. */
export interface CelWriting {
  /** The name of the item in what is written for each item of a list. */
  readonly item: string;
  piece(node: Jinja): Piece;
  /** Writes the node, in parentheses if its level is below `least`. */
  at(node: Jinja, least: number): string;
  /** Writes a string literal with the quotes of this expression. */
  text(value: string): string;
  binary(operator: BinaryOperator, left: Jinja, right: Jinja): Piece;
}

/** Makes a piece that never needs parentheses, such as a name, a literal or a call. */
export function member(text: string): Piece {
  return { text, level: LEVEL.member };
}

/** Writes the negation of a piece. The negation of `!x` is `x`. */
export function negated(piece: Piece): Piece {
  const { text, level, negates } = piece;
  if (negates !== undefined) return negates;
  return { text: `!${level < LEVEL.unary ? `(${text})` : text}`, level: LEVEL.unary, negates: piece };
}
