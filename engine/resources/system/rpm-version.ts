/**
 * Compares versions of rpm, `epoch:version-release`: negative if the first is older, 0 if neither is newer. Without an
 * epoch or a release, a version agrees with each of them.
 */
export function compareRpmVersions(one: string, other: string): number {
  const [first, second] = [partsOf(one), partsOf(other)];
  const epochs = first.epoch === undefined || second.epoch === undefined ? 0 : first.epoch - second.epoch;
  if (epochs !== 0) return epochs;
  const versions = compareParts(first.version, second.version);
  if (versions !== 0 || first.release === undefined || second.release === undefined) return versions;
  return compareParts(first.release, second.release);
}

interface Parts {
  readonly epoch: number | undefined;
  readonly version: string;
  readonly release: string | undefined;
}

function partsOf(text: string): Parts {
  const colon = text.indexOf(':');
  const rest = text.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? undefined : Number(text.slice(0, colon)),
    version: dash < 0 ? rest : rest.slice(0, dash),
    release: dash < 0 ? undefined : rest.slice(dash + 1),
  };
}

/**
 * Compares by the words of rpm: numbers as numbers, letters as texts, a number is newer than letters. A `~` is older than
 * the end of the text, and a `^` is newer than it.
 */
function compareParts(one: string, other: string): number {
  const [first, second] = [wordsOf(one), wordsOf(other)];
  const length = Math.max(first.length, second.length);
  for (let index = 0; index < length; index++) {
    const result = compareWords(first[index], second[index]);
    if (result !== 0) return result;
  }
  return 0;
}

function wordsOf(text: string): readonly string[] {
  return text.match(/\d+|[A-Za-z]+|[~^]/g) ?? [];
}

/** Undefined: the text has ended. */
function compareWords(one: string | undefined, other: string | undefined): number {
  const ranks = rankOf(one) - rankOf(other);
  if (ranks !== 0 || one === undefined || other === undefined) return ranks;
  if (!/^\d/.test(one)) return one === other ? 0 : one < other ? -1 : 1;
  const [first, second] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')];
  if (first.length !== second.length) return first.length - second.length;
  return first === second ? 0 : first < second ? -1 : 1;
}

function rankOf(word: string | undefined): number {
  if (word === '~') return 0;
  if (word === undefined) return 1;
  if (word === '^') return 2;
  return /^\d/.test(word) ? 4 : 3;
}
