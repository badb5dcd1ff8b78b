import { createHash, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Compiled } from '../values/compiled.ts';
import { mask, maskValue } from '../values/mask/mask.ts';
import type { Layer } from '../values/scope.ts';
import { HIDDEN } from './base/no-log.ts';
import type { RunContext } from './context/context.ts';
import type { HostState } from './host/host-state.ts';
import type { Machine } from './machine/machine.ts';

/** The state that a plan depends on, as sorted digests by name. Equal digests mean that nothing has changed since. */
export interface Evidence {
  /** Files of the controller that tasks have read, by absolute path. */
  readonly files: ReadonlyMap<string, string>;
  readonly extra: Digests;
  readonly hosts: readonly { readonly name: string; readonly variables: Digests; readonly observed: Digests }[];
}

export type Digests = Readonly<Record<string, string>>;

/** Gathers the evidence of a plan: of each host before it is released, and of the others at the end. */
export class EvidenceOfRun {
  readonly #slow = new SlowDigests();
  readonly #released = new Map<string, readonly (readonly [string, string])[]>();

  /** Records what was seen of a host, whose connection will be closed. */
  async leave(host: HostState, machine: Machine): Promise<void> {
    this.#released.set(host.name, [...(this.#released.get(host.name) ?? []), ...(await this.#observed(machine))]);
  }

  /** Returns the evidence at the end of the run, before the machines are closed. `taking`: the hosts that took part. */
  async all(context: RunContext, taking: ReadonlySet<string>, extra: Layer): Promise<Evidence> {
    const gathered: Evidence['hosts'][number][] = [];
    for (const [name, host] of context.hosts) {
      const machine = context.machines.get(name);
      const earlier = this.#released.get(name);
      if (machine === undefined && earlier === undefined && !taking.has(name)) continue;
      const observed = [...(earlier ?? []), ...(machine === undefined ? [] : await this.#observed(machine))];
      this.#released.delete(name);
      gathered.push({ name, variables: sorted(host.host.layers.flatMap(variableDigests)), observed: sorted(observed) });
    }
    return { files: context.files.used, extra: await extraDigests(extra), hosts: gathered };
  }

  async #observed(machine: Machine): Promise<readonly (readonly [string, string])[]> {
    const observed: [string, string][] = [];
    for (const { user, key, state, asked } of machine.seenStates()) {
      const seen = user === 'root' ? key : `${key} as ${user}`;
      // The arguments of a hidden task could reveal the name, so a slow digest replaces it.
      const name = asked === 'hidden' ? `what is ${HIDDEN} (${(await this.#slow.of(seen)).slice(0, 16)})` : seen;
      observed.push([name, await stateDigest(state, asked !== 'plain', this.#slow)]);
    }
    for (const [fact, value] of Object.entries(lasting(machine)))
      observed.push([`facts:${fact}`, digest(JSON.stringify(value))]);
    return observed;
  }
}

/**
 * Returns digests of the variables of -e. They are slow digests, because a value may be a password that is not marked
 * as secret.
 */
export async function extraDigests(extra: Layer): Promise<Digests> {
  const slow = new SlowDigests();
  const given: [string, string][] = [];
  for (const [name, value] of extra.variables) given.push([name, await slow.of(JSON.stringify(sourceOf(value)))]);
  return sorted(given);
}

/** Returns the facts that stay the same while a host is not changed. */
function lasting({ connection }: Machine): object {
  // The plan may be applied from another controller.
  if (connection.target.kind === 'local') return {};
  const names = new Set(['os', 'architecture', 'hostname', 'init', 'package_manager', 'selinux', 'virtualization']);
  return Object.fromEntries(Object.entries(connection.facts).filter(([name]) => names.has(name)));
}

/**
 * A later layer hides an earlier one, because its entry comes later. Templates are in files, whose digests are kept as
 * well.
 */
function variableDigests(layer: Layer): readonly (readonly [string, string])[] {
  return [...layer.variables].map(([name, value]) => [name, digest(JSON.stringify(sourceOf(value)))]);
}

function sourceOf(value: Held): unknown {
  if (isCompiled(value)) return value.literal === undefined ? '(a template)' : maskValue(value.literal);
  return maskValue(value);
}

type Held = Layer['variables'] extends ReadonlyMap<string, infer One> ? One : never;

function isCompiled(value: Held): value is Compiled {
  return typeof value === 'object' && value !== null && 'resolve' in value && typeof value.resolve === 'function';
}

/** Facts that change without a change of the host, or that follow from other facts. */
const FLEETING: ReadonlySet<string> = new Set([
  'mtime',
  'identity',
  'invocation',
  'endedInvocation',
  'ran',
  'result',
  'sub',
  'refreshed',
  'candidate',
]);

/**
 * Returns the digest of a state. The content of a file is replaced by its digest; if it may be a secret that could be
 * guessed, by a slow digest.
 */
async function stateDigest(state: unknown, secret: boolean, slow: SlowDigests): Promise<string> {
  const hidden: string[] = [];
  const plain = JSON.stringify(state, (key, value: unknown) => {
    if (FLEETING.has(key)) return undefined;
    if (isBytes(value)) {
      const text = Buffer.from(value.data).toString('utf8');
      if (!secret && mask(text) === text) return createHash('sha256').update(Buffer.from(value.data)).digest('hex');
      hidden.push(text);
      return '(secret)';
    }
    if (secret && key === 'sha256' && typeof value === 'string') {
      hidden.push(value);
      return '(secret)';
    }
    if (typeof value === 'string' && (secret || mask(value) !== value)) {
      hidden.push(value);
      return '(secret)';
    }
    return value;
  });
  return hidden.length === 0 ? digest(plain) : slow.of(JSON.stringify([plain, hidden]));
}

/** A Buffer after conversion to JSON. */
function isBytes(value: unknown): value is { readonly data: readonly number[] } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value;
}

/**
 * 64 bits detect accidental changes. Intentional ones are prevented by the review of the plan, and by the check of each
 * change in the play.
 */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function sorted(entries: readonly (readonly [string, string])[]): Digests {
  const last = new Map(entries);
  return Object.fromEntries([...last].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

const scryptAsync = promisify<string, string, number, { readonly N: number }, Buffer>(scrypt);

/**
 * Digests that cost some ten milliseconds each, against guessing, and that differ from those of any other tool. Equal
 * texts are computed once.
 */
class SlowDigests {
  readonly #known = new Map<string, Promise<string>>();

  of(text: string): Promise<string> {
    const key = createHash('sha256').update(text).digest('hex');
    let made = this.#known.get(key);
    if (made === undefined)
      this.#known.set(
        key,
        (made = scryptAsync(text, 'runbook-plan', 8, { N: 8192 }).then((bytes) => bytes.toString('hex'))),
      );
    return made;
  }
}
