import { type Place, Problem } from '../../errors/problem.ts';
import type { Play } from '../../playbook/base/play.ts';
import type { Value } from '../../values/base/value.ts';
import { Fault } from '../../values/language/fault.ts';
import type { Layer } from '../../values/scope.ts';
import { type Slice, sliceName } from '../base/slice.ts';

/**
 * Returns the highest layer of a host that belongs to another slice. Reading its facts, or one of the variables `names`
 * that its tasks would set, throws a Fault. Without that, an expression would silently use its fallback for missing
 * variables.
 */
export function hostOfOtherSlice(host: string, names: ReadonlySet<string>, slice: string): Layer {
  return refusing(names, (name) =>
    notInSlices(
      `slice ${slice} cannot know "${name}" of ${host}, because another slice does that host`,
      'Use a variable of the inventory, keep such hosts in one slice by --slice-by, or run without --slice.',
    ),
  );
}

const PLAY_HOSTS: ReadonlySet<string> = new Set([
  'play_hosts',
  'ansible_play_hosts',
  'ansible_play_hosts_all',
  'ansible_play_batch',
]);

/** Makes the layer that refuses the lists of the hosts of a play, of which a slice has only a part. */
export function playOfSlices(
  scope: { readonly play: Pick<Play, 'perSlice'>; readonly slice?: Slice | undefined } | undefined,
): readonly Layer[] {
  const slice = scope?.slice;
  if (slice === undefined || scope?.play.perSlice.has('play_hosts') === true) return [];
  const fault = (name: string): Fault =>
    notInSlices(
      `${name} would hold only the hosts of slice ${sliceName(slice)}`,
      'Use groups, which has all hosts. If the hosts of the slice are meant, write into the play: per_slice: [play_hosts].',
    );
  return [refusing(PLAY_HOSTS, fault)];
}

/** Makes the fault of a group that a task has changed: a slice adds only its own hosts. */
export function partOfGroup(group: string, slice: string): Fault {
  return notInSlices(
    `the group ${group} would hold only the hosts of slice ${slice}, because a task changes it`,
    'Use a group of the inventory, or run without --slice. The hosts: of a play may name such a group.',
  );
}

/**
 * Makes the problem that add_host would add hosts after the hosts were divided into slices. `what`: `hosts`, or the
 * name of a host.
 */
export function newHostsInSlices(what: string, slice: string, place?: Place): Problem {
  return new Problem({
    code: 'not-in-slices',
    what: `add_host brings ${what} that no slice has (this is slice ${slice})`,
    place,
    why: 'The hosts of the inventory are divided into slices before the run.',
    remedy: 'Name the hosts in the inventory, for example by an inventory script, or run without --slice.',
  });
}

function refusing(names: ReadonlySet<string>, fault: (name: string) => Fault): Layer {
  return { level: 'magic', origin: 'runbook', variables: new Refusing(names, fault) };
}

class Refusing extends Map<string, Value> {
  readonly #names: ReadonlySet<string>;
  readonly #fault: (name: string) => Fault;

  constructor(names: ReadonlySet<string>, fault: (name: string) => Fault) {
    super();
    this.#names = names;
    this.#fault = fault;
  }

  override get(name: string): Value | undefined {
    if (this.#names.has(name)) throw this.#fault(name);
    return undefined;
  }
}

function notInSlices(what: string, remedy: string): Fault {
  return new Fault({ code: 'not-in-slices', what, remedy });
}
