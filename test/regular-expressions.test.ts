import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createContext, Script } from 'node:vm';
import { parseAst } from 'rolldown/parseAst';
import { expect, test } from 'vitest';
import { worstTexts } from './worst-texts.ts';

const ENGINE = join(import.meta.dirname, '..', 'engine');

/** Length of the texts. Time that grows with its square is a thousand times what is needed otherwise. */
const LENGTH = 30_000;
/** Time for one text, in milliseconds. */
const LIMIT = 300;

interface Written {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** Yields the regular expressions in a tree of syntax. */
function* expressionsIn(node: unknown): Iterable<Omit<Written, 'file'>> {
  if (typeof node !== 'object' || node === null) return;
  if ('regex' in node && typeof node.regex === 'object' && node.regex !== null) {
    const { pattern, flags } = { pattern: '', flags: '', ...node.regex };
    yield { source: pattern, flags };
    return;
  }
  for (const child of Object.values(node)) yield* expressionsIn(child);
}

function writtenIn(name: string): readonly Written[] {
  const tree = parseAst(readFileSync(join(ENGINE, name), 'utf8'), { lang: 'ts' });
  return [...expressionsIn(tree)].map((one) => ({ ...one, file: relative(ENGINE, join(ENGINE, name)) }));
}

const ALL = readdirSync(ENGINE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap(writtenIn)
  .filter(({ source }) => /[*+{]/.test(source));

/** Files whose expressions read other texts than the test has. */
const BOUNDED: ReadonlyMap<string, string> = new Map([
  ['modules/edit/python-pattern.ts', 'It reads 24 characters at a time.'],
  ['values/language/match-limit.ts', 'It reads regular expressions that JavaScript accepts: each bracket is closed.'],
  ['values/language/pattern.ts', 'Patterns have up to 10,000 characters.'],
]);

const INPUT = createContext({});
const SEARCH = new Script(`text.replace(expression, '')`);

/** Returns whether the search of the whole text ends within the limit. */
function isQuick(expression: RegExp, text: string): boolean {
  Object.assign(INPUT, { expression, text });
  const once = (): boolean => {
    try {
      SEARCH.runInContext(INPUT, { timeout: LIMIT });
      return true;
    } catch {
      return false;
    }
  };
  // On a machine with other work, the program itself may have to wait.
  return once() || once() || once();
}

/**
 * The text comes from playbooks, inventories and hosts. A foreign one must not hang the program: `\s+$` takes minutes for
 * a megabyte of blanks. Begin where the run begins, `(?<!\s)\s+$`, or read the text without an expression.
 */
test('the time of each regular expression grows with the length of the text', () => {
  const slow = ALL.filter(({ file }) => !BOUNDED.has(file)).flatMap(({ file, source, flags }) => {
    const expression = new RegExp(source, flags);
    const text = worstTexts(expression, LENGTH).find((one) => !isQuick(expression, one));
    return text === undefined ? [] : [`${file}: /${source}/${flags} with ${JSON.stringify(text.slice(0, 40))}…`];
  });
  expect(slow).toEqual([]);
}, 600_000);
