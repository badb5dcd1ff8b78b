import type { SourceText } from './source-text.ts';

/** A rule that a comment turns off. Line and column count from 1. */
export interface Ignore {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** True if the line has only the comment: it then counts for the line below. */
  readonly isAlone: boolean;
}

const COMMENT = /(?:^|\s)# *runbook-lint: *ignore[ :]+(?<names>[\w-]+(?: *, *[\w-]+)*)/;

/** Returns the rules in all comments `# runbook-lint: ignore NAME, NAME` of a file. */
export function ignoresIn(text: SourceText): readonly Ignore[] {
  if (!text.text.includes('runbook-lint:')) return [];
  const found: Ignore[] = [];
  for (let line = 1; line <= text.length; line += 1) {
    const content = text.line(line);
    const match = COMMENT.exec(content);
    const names = match?.groups?.['names'];
    if (match === null || names === undefined) continue;
    const start = match.index + match[0].length - names.length;
    const isAlone = content.trimStart().startsWith('#');
    for (const { 0: name, index } of names.matchAll(/[\w-]+/g))
      found.push({ name, line, column: start + index + 1, isAlone });
  }
  return found;
}
