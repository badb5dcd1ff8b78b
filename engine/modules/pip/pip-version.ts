// Versions of Python packages and conditions on them: PEP 440.

/** A version in parts that can be compared. */
interface Version {
  readonly epoch: number;
  readonly release: readonly number[];
  /** Numbers for the order of the phases: dev, a, b, rc, the release itself, post. */
  readonly rest: readonly number[];
  /** The text after a plus sign, which distinguishes builds. */
  readonly local: string;
}

const VERSION =
  /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)(?:[-_.]?(?<pre>a|b|c|rc|alpha|beta|pre|preview)[-_.]?(?<preNumber>\d*))?(?:[-_.]?(?:post|rev|r)[-_.]?(?<post>\d*)|-(?<build>\d+))?(?:[-_.]?dev[-_.]?(?<dev>\d*))?(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/i;

const PHASES: Readonly<Record<string, number>> = { a: 1, alpha: 1, b: 2, beta: 2, c: 3, rc: 3, pre: 3, preview: 3 };
const FINAL = 4;

function parse(text: string): Version | undefined {
  const groups: Readonly<Record<string, string | undefined>> | undefined = VERSION.exec(text.trim())?.groups;
  if (groups === undefined) return undefined;
  const { epoch, release = '', pre, preNumber, post, build, dev, local = '' } = groups;
  const isPost = post !== undefined || build !== undefined;
  return {
    epoch: Number(epoch ?? 0),
    release: release.split('.').map(Number),
    rest: [
      phaseOf(pre, dev !== undefined && !isPost),
      Number(preNumber ?? 0),
      isPost ? 1 + Number(post ?? build) : 0,
      dev === undefined ? Number.MAX_SAFE_INTEGER : Number(dev),
    ],
    local: local.toLowerCase().replace(/[-_]/g, '.'),
  };
}

/** A development version is older than the version that it leads to: 1.0.dev1 comes before 1.0a1. */
function phaseOf(pre: string | undefined, isDevelopment: boolean): number {
  if (pre === undefined) return isDevelopment ? 0 : FINAL;
  return PHASES[pre.toLowerCase()] ?? FINAL;
}

function compare(one: Version, other: Version): number {
  const parts = ({ epoch, release, rest }: Version, length: number): readonly number[] => [
    epoch,
    ...release,
    ...Array.from({ length: length - release.length }, () => 0),
    ...rest,
  ];
  const length = Math.max(one.release.length, other.release.length);
  const [left, right] = [parts(one, length), parts(other, length)];
  for (const [index, part] of left.entries()) if (part !== right[index]) return part - (right[index] ?? 0);
  return 0;
}

const CONDITION = /^(===|~=|==|!=|<=|>=|<|>)\s*([^\s,]+)$/;

/**
 * Returns whether a version fulfils all conditions, such as `>=1.2,<2`. Undefined if the version or a condition is not
 * valid by PEP 440.
 */
export function fulfils(version: string, conditions: string): boolean | undefined {
  const own = parse(version);
  let all = true;
  for (const text of conditions.split(',').map((one) => one.trim())) {
    if (text === '') continue;
    const [, operator, wanted] = CONDITION.exec(text) ?? [];
    if (operator === undefined || wanted === undefined) return undefined;
    const one = operator === '===' ? version === wanted : own === undefined ? undefined : holds(own, operator, wanted);
    if (one === undefined) return undefined;
    all &&= one;
  }
  return all;
}

function holds(own: Version, operator: string, wanted: string): boolean | undefined {
  const isPrefix = wanted.endsWith('.*');
  const other = parse(isPrefix ? wanted.slice(0, -2) : wanted);
  if (other === undefined) return undefined;
  if (isPrefix) return OF_PREFIX[operator]?.(isOfSeries(own, other, other.release));
  if (operator === '~=') {
    const series = other.release.slice(0, -1);
    return series.length === 0 ? undefined : compare(own, other) >= 0 && isOfSeries(own, other, series);
  }
  const isEqual = compare(own, other) === 0 && (other.local === '' || other.local === own.local);
  return OPERATORS[operator]?.(compare(own, other), isEqual);
}

const OF_PREFIX: Readonly<Record<string, (begins: boolean) => boolean>> = {
  '==': (begins) => begins,
  '!=': (begins) => !begins,
};

const OPERATORS: Readonly<Record<string, (order: number, isEqual: boolean) => boolean>> = {
  '==': (_, isEqual) => isEqual,
  '!=': (_, isEqual) => !isEqual,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
  '<': (order) => order < 0,
  '>': (order) => order > 0,
};

function isOfSeries(own: Version, other: Version, series: readonly number[]): boolean {
  return own.epoch === other.epoch && series.every((part, index) => (own.release[index] ?? 0) === part);
}
