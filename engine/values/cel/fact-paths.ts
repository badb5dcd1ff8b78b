import { Fault } from '../language/fault.ts';
import { nearestName, listNames } from '../language/suggest.ts';

/** The type of a fact. `inside`: its members are not known before the host has answered. */
interface Fact {
  readonly type: 'text' | 'number' | 'list' | 'map';
  readonly values?: readonly string[];
  /** Set if the text never contains a capital letter. */
  readonly isLower?: true;
  /** Other common names for its values. */
  readonly otherNames?: Readonly<Record<string, string>>;
  readonly inside?: true;
}

const TEXT: Fact = { type: 'text' };
const NUMBER: Fact = { type: 'number' };

/** All members of `facts`. A test compares them with the answer of the greeting. */
export const FACTS: ReadonlyMap<string, Fact> = new Map<string, Fact>([
  ['hostname', TEXT],
  ['fqdn', TEXT],
  ['os', { type: 'map' }],
  ['os.family', { type: 'text', values: ['debian', 'redhat', 'alpine', 'suse', 'unknown'], isLower: true }],
  [
    'os.distribution',
    {
      type: 'text',
      isLower: true,
      otherNames: { redhat: 'rhel', oraclelinux: 'ol', amazon: 'amzn', archlinux: 'arch', suse: 'sles' },
    },
  ],
  ['os.version', TEXT],
  ['os.codename', { type: 'text', isLower: true }],
  ['architecture', { type: 'text', otherNames: { amd64: 'x86_64', arm64: 'aarch64', x64: 'x86_64' } }],
  ['userspace_bits', NUMBER],
  ['kernel', TEXT],
  ['init', { type: 'text', values: ['systemd', 'openrc', 'other'] }],
  [
    'package_manager',
    { type: 'text', values: ['apt', 'dnf', 'yum', 'apk', 'zypper', 'none'], otherNames: { dnf5: 'dnf' } },
  ],
  ['default_ipv4', { type: 'map' }],
  ['default_ipv4.address', TEXT],
  ['default_ipv4.interface', TEXT],
  ['all_ipv4', { type: 'list' }],
  ['all_ipv6', { type: 'list' }],
  ['interfaces', { type: 'map', inside: true }],
  ['user', TEXT],
  ['home', TEXT],
  ['uid', NUMBER],
  ['machine_id', TEXT],
  ['memory_mb', NUMBER],
  ['processors', NUMBER],
  ['virtualization', TEXT],
  ['time', NUMBER],
  ['selinux', { type: 'text', values: ['enforcing', 'permissive', 'disabled'] }],
]);

/** Checks that the fact `facts.a.b` exists. Returns the Fault if it does not. */
export function factPathFault(names: readonly string[]): Fault | undefined {
  if (names[0] !== 'facts') return undefined;
  const path = names.slice(1);
  for (let length = 1; length <= path.length; length++) {
    const before = path.slice(0, length - 1).join('.');
    if (FACTS.get(before)?.inside === true) return undefined;
    const name = path.slice(0, length).join('.');
    if (FACTS.has(name)) continue;
    const type = before === '' ? 'map' : (FACTS.get(before)?.type ?? 'text');
    if (type !== 'map') return undefined;
    const prefix = before === '' ? '' : `${before}.`;
    const known = [...FACTS.keys()].filter((one) => one.startsWith(prefix) && !one.slice(prefix.length).includes('.'));
    const last = path[length - 1] ?? '';
    return new Fault({
      code: 'unknown-fact',
      what: `There is no fact "${name}"`,
      why: `There are: ${listNames(known, 30)}.`,
      remedy: factMeantBy(last) ?? 'Use query: with a command that prints it, and register the result.',
    });
  }
  return undefined;
}

/** Returns the whole name of the fact whose last word is most similar to this word. */
function factMeantBy(word: string): string | undefined {
  const names = [...FACTS.keys()];
  const near = nearestName(
    word,
    names.map((one) => one.split('.').at(-1) ?? one),
  );
  const meant = names.find((one) => one.split('.').at(-1) === near);
  return near === undefined || meant === undefined ? undefined : `Did you mean "facts.${meant}"?`;
}

/** Returns a Fault if a fact can never equal a fixed value that it is compared with. */
export function neverEqual(names: readonly string[], value: unknown): Fault | undefined {
  if (names[0] !== 'facts' || value === null) return undefined;
  const name = names.slice(1).join('.');
  const fact = FACTS.get(name);
  const mismatch = fact === undefined ? undefined : mismatchOf(name, fact, value);
  if (mismatch === undefined) return undefined;
  return new Fault({
    code: 'never-true',
    what: `facts.${name} is never ${JSON.stringify(value, plainNumber)}`,
    ...mismatch,
  });
}

interface Mismatch {
  readonly why: string;
  readonly remedy: string;
}

function mismatchOf(name: string, fact: Fact, value: unknown): Mismatch | undefined {
  const isText = typeof value === 'string';
  switch (fact.type) {
    case 'number':
      return isText ? { why: 'It is a number.', remedy: 'Write the number without quotes.' } : undefined;
    case 'text':
      return isText ? textMismatch(fact, value) : notText(name);
    case 'list':
    case 'map':
    default:
      return undefined;
  }
}

function notText(name: string): Mismatch {
  const remedy =
    name === 'os.version'
      ? 'Write semver(facts.os.version, ">=12"), or compare with text: "12".'
      : 'Compare it with text, in quotes.';
  return { why: 'It is text.', remedy };
}

function textMismatch({ otherNames, values, isLower }: Fact, value: string): Mismatch | undefined {
  const lower = value.toLowerCase();
  const other = otherNames?.[lower];
  if (other !== undefined) return { why: `Its name here is ${other}.`, remedy: `Write "${other}".` };
  if (values !== undefined && !values.includes(value)) {
    const remedy = values.includes(lower) ? `Write "${lower}".` : 'Write one of these.';
    return { why: `It is one of ${values.join(', ')}.`, remedy };
  }
  if (isLower === true && value !== lower) return { why: 'It is in lower case.', remedy: `Write "${lower}".` };
  return undefined;
}

function plainNumber(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
