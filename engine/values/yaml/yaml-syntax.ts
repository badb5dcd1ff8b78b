import type { Document } from 'yaml';
import { yamlMistake } from './yaml-mistake.ts';
import type { YamlProblems } from './yaml-problems.ts';

/** Reports a syntax error of the parser in the words of users. */
export function reportSyntax(document: Document.Parsed, problems: YamlProblems): void {
  for (const { code, message, pos } of document.errors) {
    if (code === 'DUPLICATE_KEY') reportDuplicateKey(pos[0], problems);
    // The parser is recursive, and has reached the end of its stack.
    else if (code === 'RESOURCE_EXHAUSTION') problems.reportDepth(pos[0]);
    // Most errors of the parser after the first mistake only follow from it.
    else if (!problems.has('yaml-syntax')) reportMistake(code, message, pos, problems);
  }
  for (const warning of document.warnings) {
    if (warning.code !== 'TAG_RESOLVE_FAILED') continue;
    const [offset, end] = warning.pos;
    const tag = problems.text.slice(offset, end);
    problems.report({
      code: 'yaml-unknown-tag',
      what: `There is no YAML tag ${tag}`,
      offset,
      length: tag.length,
      remedy:
        tag === '!unsafe'
          ? String.raw`Leave it out, and write a backslash before braces that are text: '\{{name}}'.`
          : 'The only tag is !vault. Text that begins with ! must be quoted.',
    });
  }
}

function reportDuplicateKey(offset: number, problems: YamlProblems): void {
  const key = /^[^:\s]*/.exec(problems.text.slice(offset))?.[0] ?? '';
  problems.report({
    code: 'duplicate-key',
    what: `The key "${key.replaceAll(/^["']|["']$/g, '')}" occurs twice in the same map`,
    offset,
    length: key.length,
    remedy: 'Remove one of the two; YAML would silently take the last one.',
  });
}

function reportMistake(
  code: string,
  message: string,
  [offset, end]: readonly [number, number],
  problems: YamlProblems,
): void {
  const { text, lines } = problems;
  const { line } = lines.linePos(Math.min(offset, text.length));
  const mistake = yamlMistake(text.split(/\r?\n/), code, message, line - 1);
  if (mistake === undefined) {
    const remedy = /\w[[{]/.test(text.slice(offset - 1, offset + 1))
      ? 'Within braces or brackets, quote a text that contains [ ] { } or a comma, such as "web[1:9]".'
      : syntaxRemedy(code, message, lineAt(offset, problems));
    const what = isSurplus(message) ? 'A value has ended already, and more text follows it' : message;
    problems.report({ code: 'yaml-syntax', what, offset, length: end - offset, remedy });
    return;
  }
  const { what, why, remedy, length, column } = mistake;
  const start = lines.lineStarts[mistake.line] ?? 0;
  problems.report({ code: 'yaml-syntax', what, offset: start + column, length, why, remedy });
}

function lineAt(offset: number, { text, lines }: YamlProblems): string {
  const { line } = lines.linePos(offset);
  const start = lines.lineStarts[line - 1] ?? 0;
  return text.slice(start).split('\n', 1)[0] ?? '';
}

function syntaxRemedy(code: string, message: string, line: string): string | undefined {
  if (/(^|[:\-,[{]\s*)\{\{/.test(line)) return 'Quote a value that begins with {{: "{{…}}".';
  if (code === 'TAB_AS_INDENT') return 'Indent with spaces.';
  if (code === 'BAD_SCALAR_START') return 'Quote the value.';
  if (code === 'BAD_DQ_ESCAPE')
    return 'Write \\\\ for a backslash, or put the text into single quotes, where a backslash is a plain character.';
  if (isSurplus(message)) return 'Put a comma between two values, quote the whole, or remove what is too much.';
  if (message.startsWith('All mapping items'))
    return 'Indent the keys of a map alike, and the lines of a text after | or > further than its key.';
  if (/:\s+[^"'|>\s].*:\s/.test(line)) return 'Quote a value that contains ": ".';
  return undefined;
}

/** Returns whether the message of the parser is about a value directly after another one. */
function isSurplus(message: string): boolean {
  return /^Unexpected (?:double-quoted|single-quoted|flow-)/.test(message);
}
