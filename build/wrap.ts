/** Columns of a line of prose in docs/. */
const WIDTH = 120;
const ITEM = /^(?<indent>\s*)(?<mark>(?:[-*+]|\d+\.)\s+)?(?<text>.*)$/;
/** Lines that stay as they are: tables, headings, HTML, rules, quotes. */
const FIXED = /^\s*(?:\||#|<|---|>|$)/;
/** A line that begins in this way would be another kind of line. */
const MARK = /^(?:[-*+#>|]|\d+\.)/;

/**
 * Returns a page of Markdown with its prose in lines of at most 120 characters, so that diffs are readable. Tables,
 * code and headings stay unchanged. A word, a link or `code` that is longer than a line stays whole.
 */
export function wrapped(page: string): string {
  const lines: string[] = [];
  let paragraph: string[] = [];
  let isCode = false;
  const flush = (): void => {
    if (paragraph.length > 0) lines.push(...wrappedParagraph(paragraph));
    paragraph = [];
  };
  for (const line of page.split('\n')) {
    const isFence = /^\s*```/.test(line);
    if (isFence || isCode || FIXED.test(line)) {
      flush();
      lines.push(line);
    } else {
      if (ITEM.exec(line)?.groups?.['mark'] !== undefined) flush();
      paragraph.push(line);
    }
    if (isFence) isCode = !isCode;
  }
  flush();
  return lines.join('\n');
}

function wrappedParagraph([first = '', ...others]: readonly string[]): readonly string[] {
  const { indent = '', mark = '', text = '' } = ITEM.exec(first)?.groups ?? {};
  const words = wordsOf([text, ...others.map((line) => line.trim())].join(' '));
  const further = indent + ' '.repeat(mark.length);
  const lines: string[] = [];
  let line = indent + mark;
  let isEmpty = true;
  for (const word of words) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH && !MARK.test(word)) {
      lines.push(line);
      line = further;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** Splits text at the places where a line may end: at blanks, except in code and in the text of a link. */
function wordsOf(text: string): readonly string[] {
  const whole = text.replaceAll(/`+[^`]*`+|\[[^\]]*\]\([^)]*\)/g, (part) => part.replaceAll(' ', '\0'));
  return whole
    .split(/ +/)
    .filter((word) => word !== '')
    .map((word) => word.replaceAll('\0', ' '));
}
