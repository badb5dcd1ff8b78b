/** An atom of a regular expression: an escape, a class, a character. Signs of groups and repeats are passed over. */
const ATOM =
  /\(\?(?:<?[=!]|:|<\w+>)|\{\d+,?\d*\}|\\[bB]|(?<atom>\\[pP]\{\w+\}|\\u\{\w+\}|\\x..|\\.|\[(?:\\.|[^\]\\])*\]|[^()|*+?^$])|./gsu;

/** Characters that classes are tried with. Those that are rare in text come last. */
const CANDIDATES = ['\t', ' ', '0', 'a', '1', 'A', '-', '.', '_', '/', '"', "'", '\\', ':', '{', '}', '\n', '=', '\0'];

/**
 * Returns texts that nearly match the expression: each sequence of a few of its parts, again and again, behind the parts
 * before it. Such texts take the longest where a repeat can begin or end at more than one place.
 */
export function worstTexts({ source, flags }: RegExp, length: number): readonly string[] {
  const samples = samplesOf(source, flags.includes('u') ? 'su' : 's');
  const texts = new Set<string>();
  for (const begin of samples.keys()) {
    for (const count of [1, 2, 4]) {
      const piece = samples.slice(begin, begin + count).join('');
      if (piece === '') continue;
      const run = piece.repeat(Math.ceil(length / piece.length));
      const rest = samples.slice(begin + count).join('');
      for (const before of ['\n', samples.slice(0, begin).join('')])
        for (const after of ['\0', `${rest}\n\0${rest}`]) texts.add(`${before}${run}${after}`);
    }
  }
  return [...texts];
}

/** One sample for each atom; letters side by side are one. */
function samplesOf(source: string, flags: string): readonly string[] {
  const samples: string[] = [];
  let isWord = false;
  for (const { groups } of source.matchAll(ATOM)) {
    const atom = groups?.['atom'];
    const isLetter = atom !== undefined && /^[\w ]$/.test(atom);
    if (isLetter && isWord) samples.push((samples.pop() ?? '') + atom);
    else if (atom !== undefined) samples.push(sampleOf(atom, flags));
    isWord = isLetter;
  }
  return samples;
}

function sampleOf(atom: string, flags: string): string {
  if (/^\\\d/.test(atom)) return '';
  const matches = new RegExp(`^${atom}$`, flags);
  return CANDIDATES.find((one) => matches.test(one)) ?? (atom.startsWith('\\') ? atom.slice(1) : atom);
}
