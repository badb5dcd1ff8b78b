import type { SourceText } from './source-text.ts';

/** One rule that a comment leaves out. Places count from 1. */
export interface Ignore {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** Nothing but the comment is in the line, so that it is about the line below. */
  readonly isAlone: boolean;
}

const COMMENT = /(?:^|\s)# *runbook-lint: *ignore[ :]+(?<names>[\w-]+(?: *, *[\w-]+)*)/;

/** All of `# runbook-lint: ignore NAME, NAME` in a file. */
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
