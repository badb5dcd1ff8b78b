import type { TaskIdentity } from './events.ts';

/** A step of a plan whose change, once it is made, may decide what a later step finds. */
export interface Decider {
  /** Its number in the order of the play. */
  readonly at: number;
  /** What a plan calls it: `"Folder" (site.yml:3)`. */
  readonly label: string;
}

/** How many steps a plan names as deciding: those nearest to the step that they decide. */
const MOST_NAMED = 3;

/** `hides`: no_log hides what the task says, so that it is told by its place only. */
export function deciderOf({ name, id }: TaskIdentity, at: number, hides: boolean): Decider {
  const place = id.replace(/:\d+$/, '');
  return { at, label: hides ? `the task at ${place}` : `"${name}" (${place})` };
}

/**
 * With one more step. Only as many are kept as are named, and one that tells that there are more: many thousands may
 * touch one folder. The order is that of the play, whatever the order in which hosts came to them.
 */
export function withDecider(deciders: readonly Decider[], added: Decider): readonly Decider[] {
  return united([...deciders, added]).slice(-MOST_NAMED - 1);
}

/** The steps in words: `"Folder" (site.yml:3)`; undefined without any. */
export function namesOf(deciders: readonly Decider[]): string | undefined {
  const all = united(deciders).map(({ label }) => label);
  if (all.length <= 1) return all[0];
  const named = all.slice(-MOST_NAMED);
  const last = named.pop() ?? '';
  return `${named.join(', ')} or ${last}${all.length > MOST_NAMED ? ', or a step before them' : ''}`;
}

/** Each step once, in the order of the play. */
function united(deciders: readonly Decider[]): readonly Decider[] {
  const byLabel = new Map<string, Decider>();
  for (const decider of deciders) {
    const known = byLabel.get(decider.label);
    if (known === undefined || known.at < decider.at) byLabel.set(decider.label, decider);
  }
  return [...byLabel.values()].toSorted((one, other) => one.at - other.at || (one.label < other.label ? -1 : 1));
}
