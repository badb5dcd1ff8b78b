import type { TaskIdentity } from './events.ts';

/** A step of a plan whose change may decide what a later step finds. */
export interface Decider {
  /** The number of the step in the order of the play. */
  readonly at: number;
  /** The name of the step in a plan, with its place: `"Folder" (site.yml:3)`. */
  readonly label: string;
}

/** Maximal number of deciding steps that a plan names: those nearest to the step that they decide. */
const MOST_NAMED = 3;

/** Makes a decider. `hides`: no_log hides the name of the task, so that only its place is shown. */
export function deciderOf({ name, id }: TaskIdentity, at: number, hides: boolean): Decider {
  const place = id.replace(/:\d+$/, '');
  return { at, label: hides ? `the task at ${place}` : `"${name}" (${place})` };
}

/**
 * Adds a step, and keeps the order of the play, in whatever order hosts reached the steps. Only the steps that can be
 * named are kept, and one more that shows that there are others: many thousands may change one folder.
 */
export function withDecider(deciders: readonly Decider[], added: Decider): readonly Decider[] {
  return united([...deciders, added]).slice(-MOST_NAMED - 1);
}

/** Names the steps in words: `"Folder" (site.yml:3)`; undefined if there are none. */
export function namesOf(deciders: readonly Decider[]): string | undefined {
  const all = united(deciders).map(({ label }) => label);
  if (all.length <= 1) return all[0];
  const named = all.slice(-MOST_NAMED);
  const last = named.pop() ?? '';
  return `${named.join(', ')} or ${last}${all.length > MOST_NAMED ? ', or a step before them' : ''}`;
}

/** Returns each step once, in the order of the play. */
function united(deciders: readonly Decider[]): readonly Decider[] {
  const byLabel = new Map<string, Decider>();
  for (const decider of deciders) {
    const known = byLabel.get(decider.label);
    if (known === undefined || known.at < decider.at) byLabel.set(decider.label, decider);
  }
  return [...byLabel.values()].toSorted((one, other) => one.at - other.at || (one.label < other.label ? -1 : 1));
}
