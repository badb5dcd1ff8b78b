import type { ASTNode } from '@marcbachmann/cel-js';
import { Fault } from '../language/fault.ts';
import { didYouMean, listNames } from '../language/suggest.ts';
import { pathOf } from './cel-references.ts';

/** What a fact is. `inside`: its own names are not known before the host answers. */
interface Fact {
  readonly type: 'text' | 'number' | 'list' | 'map';
  readonly values?: readonly string[];
  /** Text that never holds a capital. */
  readonly isLower?: true;
  /** Names that others have for its values. */
  readonly otherNames?: Readonly<Record<string, string>>;
  readonly inside?: true;
}

const TEXT: Fact = { type: 'text' };
const NUMBER: Fact = { type: 'number' };

/** All that a playbook sees as `facts`. A test holds it against what the greeting tells. */
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
  ['memory_mb', NUMBER],
  ['processors', NUMBER],
  ['virtualization', TEXT],
  ['time', NUMBER],
  ['selinux', { type: 'text', values: ['enforcing', 'permissive', 'disabled'] }],
]);

/** Is `facts.a.b` a fact that there is? Gives the Fault where there is none. */
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
      remedy:
        didYouMean(
          last,
          [...FACTS.keys()].flatMap((one) => one.split('.')),
        ) ?? 'Write query: with a command that tells it, and register.',
    });
  }
  return undefined;
}

/** What is wrong with comparing this fact with this fixed value: it can never be equal. */
export function neverEqual(names: readonly string[], value: unknown): Fault | undefined {
  if (names[0] !== 'facts') return undefined;
  const name = names.slice(1).join('.');
  const fact = FACTS.get(name);
  if (fact === undefined || value === null || (fact.type !== 'text' && fact.type !== 'number')) return undefined;
  const fault = (why: string, remedy: string) =>
    new Fault({
      code: 'never-true',
      what: `facts.${name} is never ${JSON.stringify(value, plainNumber)}`,
      why,
      remedy,
    });
  const isText = typeof value === 'string';
  if (fact.type === 'number') return isText ? fault('It is a number.', 'Write the number without quotes.') : undefined;
  if (!isText)
    return fault(
      'It is text.',
      name === 'os.version'
        ? 'Write semver(facts.os.version, ">=12"), or compare with text: "12".'
        : 'Compare it with text, in quotes.',
    );
  const other = fact.otherNames?.[value.toLowerCase()];
  if (other !== undefined) return fault(`What is meant is called ${other}.`, `Write "${other}".`);
  if (fact.values !== undefined && !fact.values.includes(value)) {
    const lower = fact.values.includes(value.toLowerCase()) ? value.toLowerCase() : undefined;
    return fault(
      `It is one of ${fact.values.join(', ')}.`,
      lower === undefined ? 'Write one of these.' : `Write "${lower}".`,
    );
  }
  if (fact.isLower === true && value !== value.toLowerCase())
    return fault('It is in lower case.', `Write "${value.toLowerCase()}".`);
  return undefined;
}

function plainNumber(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

/**
 * Throws the Fault of the first part of an expression that can never be right: a fact that does not exist, one that is
 * compared with what it can never be, and a text that is taken for a list. `advise` gives what to write for the whole.
 */
export function checkParts(node: ASTNode, advise: () => string | undefined): void {
  const names = pathOf(node);
  const fault = names === undefined ? comparisonFault(node) : factPathFault(names);
  if (fault !== undefined) {
    const { details } = fault;
    const remedy = details.code === 'expression-type' ? (advise() ?? details.remedy) : details.remedy;
    throw new Fault({ ...details, remedy }, node.start, node.end - node.start);
  }
  if (names === undefined) for (const part of partsOf(node.args)) checkParts(part, advise);
}

/** What is text in each result that has it. */
const TEXTS_OF_RESULTS: ReadonlySet<string> = new Set(['stdout', 'stderr']);

function comparisonFault(node: ASTNode): Fault | undefined {
  if (node.op !== '==' && node.op !== '!=' && node.op !== 'in') return undefined;
  const [left, right] = node.args;
  if (node.op === 'in') {
    const names = pathOf(left);
    if (TEXTS_OF_RESULTS.has(pathOf(right)?.slice(1).at(-1) ?? '')) {
      const what = 'in looks into a list or the keys of a map, and this is text';
      return new Fault({ code: 'expression-type', what, remedy: 'Write r.stdout.contains("a"), not "a" in r.stdout.' });
    }
    if (names === undefined || right.op !== 'list') return undefined;
    for (const item of right.args) {
      const fault = item.op === 'value' ? neverEqual(names, item.args) : undefined;
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  for (const [path, value] of [
    [left, right],
    [right, left],
  ] as const) {
    const names = pathOf(path);
    const fault = names === undefined || value.op !== 'value' ? undefined : neverEqual(names, value.args);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** The nodes right below, in whatever lists they stand. */
function partsOf(args: unknown): readonly ASTNode[] {
  if (isNode(args)) return [args];
  return Array.isArray(args) ? args.flatMap((part: unknown) => partsOf(part)) : [];
}
