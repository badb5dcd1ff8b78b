import { Problem } from '../../errors/problem.ts';
import type { Change, Difference, Shown } from '../../modules/base/module.ts';
import { revealed } from '../../values/base/revealed.ts';
import { Secret } from '../../values/base/secret.ts';
import { type Value, Unknown, isList, isMap } from '../../values/base/value.ts';
import type { TaskIdentity } from '../base/events.ts';

/** Identifies a change: task, host and loop item. */
export interface ChangePlace {
  readonly host: string;
  readonly task: TaskIdentity;
  readonly item: string | undefined;
}

/** A step, identified by its place in the file. */
type Identified = Pick<TaskIdentity, 'id'>;

/**
 * The changes of a plan, as the engine computed them, with secrets. Planning records them here, and they never leave
 * the process. A play with an approval makes no other change.
 */
export class Approval {
  readonly #changes = new Map<string, Change[]>();
  readonly #open = new Set<string>();
  /** Hosts on which a package would be installed. It may bring files that no look can show before. */
  readonly #packaged = new Set<string>();
  /** Set if a task of unknown effect may bring further hosts: the hosts that the plan knew then. */
  #known: ReadonlySet<string> | undefined;

  /** In a plan: records a change. */
  record(at: ChangePlace, change: Change): void {
    if (at.task.module === 'package') this.#packaged.add(at.host);
    const key = keyOf(at);
    const known = this.#changes.get(key);
    if (known === undefined) this.#changes.set(key, [change]);
    else known.push(change);
  }

  /** In a plan: records a task whose effect depends on an earlier change: any effect counts as announced. */
  leaveOpen(host: string, step: Identified): void {
    this.#open.add(openKey(host, step));
  }

  /** In a plan: records that a task may bring hosts beside those that are known. */
  expectHosts(known: Iterable<string>): void {
    this.#known ??= new Set(known);
  }

  isOpen(host: string, step: Identified): boolean {
    return this.#open.has(openKey(host, step));
  }

  /** In a play: returns whether `refusal` would let the change pass. */
  allows(at: ChangePlace, change: Change): boolean {
    return this.#indexOf(at, change) >= 0 || this.isOpen(at.host, at.task);
  }

  #indexOf(at: ChangePlace, change: Change): number {
    const packaged = this.#packaged.has(at.host);
    const recorded = this.#changes.get(keyOf(at)) ?? [];
    return recorded.findIndex((one) => apart(one, change.differences, packaged) === undefined);
  }

  /** In a play: removes a recorded change. For a change that is not recorded it returns a Problem `not-in-plan`. */
  refusal(at: ChangePlace, change: Change): Problem | undefined {
    const recorded = this.#changes.get(keyOf(at)) ?? [];
    const packaged = this.#packaged.has(at.host);
    const index = this.#indexOf(at, change);
    if (index >= 0) {
      recorded.splice(index, 1);
      return undefined;
    }
    if (this.isOpen(at.host, at.task)) return undefined;
    if (this.#known?.has(at.host) === false) return unknownHost(at);
    return new Problem({
      code: 'not-in-plan',
      what: `${at.host} would be changed in a way that the plan does not have`,
      why:
        recorded[0] === undefined
          ? `The plan has no${this.#had(at) ? ' further' : ''} change by "${at.task.name}"${at.item === undefined ? '' : ` for ${at.item}`} on ${at.host}.`
          : `The plan has another change there: ${apart(recorded[0], change.differences, packaged)}.`,
      remedy: 'The host or something else changed while the plan was applied. Make a new plan and have it reviewed.',
    });
  }

  #had(at: ChangePlace): boolean {
    return this.#changes.has(keyOf(at));
  }
}

function unknownHost({ host }: ChangePlace): Problem {
  return new Problem({
    code: 'not-in-plan',
    what: `${host} would be changed, and the plan could not know this host`,
    why: 'A task has added the host with values that only the run brings.',
    remedy: 'Put the host into the inventory and make a new plan, or run the playbook by `runbook play`.',
  });
}

function keyOf({ host, task, item }: ChangePlace): string {
  return JSON.stringify([host, task.id, item ?? null]);
}

function openKey(host: string, { id }: Identified): string {
  return JSON.stringify([host, id]);
}

/** Returns the first difference that was not planned. A value that was unknown in the plan equals every value. */
function apart(planned: Change, made: readonly Difference[], packaged: boolean): string | undefined {
  const extra = made.find((one) => !planned.differences.some((other) => aboutOf(other) === aboutOf(one)));
  if (extra !== undefined) return `${aboutOf(extra)} is not in it`;
  // A change that depends on an earlier one may begin with any text. It ends as the plan says.
  const begins = (expected: Difference): Beginning => {
    if (planned.certainty === 'after_change') return 'anywhere';
    return packaged && isNew(expected) ? 'anywhere' : 'as planned';
  };
  const other = made.find(
    (one) => !planned.differences.some((expected) => sameDifference(expected, one, begins(expected))),
  );
  return other === undefined ? undefined : `${aboutOf(other)} would be different`;
}

/** Returns what a difference is about, without its values. */
function aboutOf(difference: Difference): string {
  switch (difference.kind) {
    case 'text':
      return `the content of ${difference.path}`;
    case 'field':
      return `${difference.field} of ${difference.of}`;
    case 'command':
      return 'the command';
    default: {
      const never: never = difference;
      throw new Error(`unknown difference ${JSON.stringify(never)}`);
    }
  }
}

type Beginning = 'as planned' | 'anywhere';

/** Returns whether the difference is about something that did not exist when it was planned. */
function isNew(planned: Difference): boolean {
  return (
    (planned.kind === 'text' && planned.before === undefined) || (planned.kind === 'field' && planned.before === null)
  );
}

function sameDifference(planned: Difference, made: Difference, begins: Beginning): boolean {
  if (planned.kind === 'text' && made.kind === 'text')
    return (
      planned.path === made.path &&
      (begins === 'anywhere' || sameShown(planned.before, made.before)) &&
      sameShown(planned.after, made.after)
    );
  if (planned.kind === 'field' && made.kind === 'field') {
    if (planned.of !== made.of || planned.field !== made.field) return false;
    return (begins === 'anywhere' || sameValue(planned.before, made.before)) && sameValue(planned.after, made.after);
  }
  return planned.kind === 'command' && made.kind === 'command' && sameShown(planned.text, made.text);
}

function sameShown(planned: Shown | undefined, made: Shown | undefined): boolean {
  if (planned instanceof Unknown) return true;
  const [one, other] = [clear(planned), clear(made)];
  if (typeof one === 'object' && typeof other === 'object')
    return one.sha256 === other.sha256 && one.size === other.size;
  return one === other;
}

function clear(shown: Shown | undefined): string | { readonly size: number; readonly sha256: string } | undefined {
  if (shown instanceof Unknown) return undefined;
  return revealed(shown);
}

function sameValue(planned: Value, made: Value): boolean {
  if (planned instanceof Unknown) return true;
  if (planned instanceof Secret || made instanceof Secret) return revealed(planned) === revealed(made);
  if (isList(planned) && isList(made))
    return planned.length === made.length && planned.every((one, index) => sameValue(one, made[index] ?? null));
  if (isMap(planned) && !(made instanceof Unknown) && isMap(made)) {
    const keys = Object.keys(planned);
    return (
      keys.length === Object.keys(made).length &&
      keys.every((key) => key in made && sameValue(planned[key] ?? null, made[key] ?? null))
    );
  }
  return planned === made;
}
