import type { PlanDocument, PlanStep, PlannedDifference, PlannedOutcome } from './plan-document.ts';

/**
 * Returns why a plan is no longer valid, as sentences: the differences between it and the same plan made now. Empty: it
 * is valid.
 */
export function staleBecause(planned: PlanDocument, now: PlanDocument): readonly string[] {
  return [
    ...engineChanged(planned, now.engine),
    ...extraChanged(planned, now.extra),
    ...digestChanges(planned.inputs, now.inputs).map(({ name, how }) => `the file ${name} ${INPUT[how]}`),
    ...hostsChanged(planned, now),
    ...stepsChanged(planned, now),
  ];
}

/** Returns a sentence if another version of the program made the plan; otherwise nothing. */
export function engineChanged(planned: PlanDocument, engine: string): readonly string[] {
  return planned.engine === engine
    ? []
    : [`the plan was made by runbook ${planned.engine}, and this is runbook ${engine}`];
}

/** Returns a sentence for each variable of -e whose value differs from that of the plan. */
export function extraChanged(planned: PlanDocument, extra: Digests): readonly string[] {
  return digestChanges(planned.extra, extra).map(({ name, how }) => `the variable ${name} of -e ${VARIABLE[how]}`);
}

type Digests = PlanDocument['inputs'];
type How = 'changed' | 'gone' | 'new';

const INPUT: Readonly<Record<How, string>> = {
  changed: 'has changed',
  gone: 'is not read any more',
  new: 'is read now, and was not when the plan was made',
};
const VARIABLE: Readonly<Record<How, string>> = {
  changed: 'has another value',
  gone: 'is missing',
  new: 'is new',
};

function digestChanges(planned: Digests, now: Digests): readonly { readonly name: string; readonly how: How }[] {
  const names = [...new Set([...Object.keys(planned), ...Object.keys(now)])].toSorted();
  return names.flatMap((name): readonly { readonly name: string; readonly how: How }[] => {
    if (planned[name] === now[name]) return [];
    return [{ name, how: now[name] === undefined ? 'gone' : planned[name] === undefined ? 'new' : 'changed' }];
  });
}

function hostsChanged(planned: PlanDocument, now: PlanDocument): readonly string[] {
  const before = new Map(planned.hosts.map((host) => [host.name, host]));
  const after = new Map(now.hosts.map((host) => [host.name, host]));
  const gone = planned.hosts
    .filter(({ name }) => !after.has(name))
    .map(({ name }) => `the inventory no longer has the host ${name}`);
  const added = now.hosts
    .filter(({ name }) => !before.has(name))
    .map(({ name }) => `the inventory has a new host ${name}`);
  const sentences = new Sentences();
  for (const host of now.hosts) {
    const then = before.get(host.name);
    if (then === undefined) continue;
    for (const { name, how } of digestChanges(then.variables, host.variables))
      sentences.add(host.name, (hosts) => `the variable ${name} of ${hosts} ${VARIABLE[how]}`);
    // A state that only one of the plans has seen follows from another difference.
    for (const { name, how } of digestChanges(then.observed, host.observed))
      if (how === 'changed') sentences.add(host.name, (hosts) => `${name} on ${hosts} is no longer as the plan saw it`);
  }
  return [...gone, ...added, ...sentences.all()];
}

/** Collects sentences. Those that differ only in the host are merged. */
class Sentences {
  readonly #hosts = new Map<string, { readonly sentence: (hosts: string) => string; readonly hosts: string[] }>();

  add(host: string, sentence: (hosts: string) => string): void {
    const key = sentence('');
    const known = this.#hosts.get(key);
    if (known === undefined) this.#hosts.set(key, { sentence, hosts: [host] });
    else known.hosts.push(host);
  }

  all(): readonly string[] {
    return [...this.#hosts.values()].map(({ sentence, hosts }) => sentence(hosts.join(', ')));
  }
}

interface HostStep {
  readonly host: string;
  readonly step: PlanStep;
}

function stepsChanged(planned: PlanDocument, now: PlanDocument): readonly string[] {
  const before = announced(planned);
  const after = announced(now);
  const sentences = new Sentences();
  for (const [key, { host, step }] of before) {
    const other = after.get(key)?.step;
    const how =
      other === undefined ? 'is in the plan, and is not needed any more' : outcomesApart(step.outcome, other.outcome);
    if (how !== undefined) sentences.add(host, (hosts) => `${titleOf(step)} on ${hosts} ${how}`);
  }
  for (const [key, { host, step }] of after) {
    if (!before.has(key))
      sentences.add(host, (hosts) => `${titleOf(step)} on ${hosts} would be done now, and is not in the plan`);
  }
  return sentences.all();
}

/** Returns the announced steps of each host. Steps that are in sync or skipped announce nothing. */
function announced({ plays }: PlanDocument): ReadonlyMap<string, HostStep> {
  const steps = new Map<string, HostStep>();
  for (const [index, play] of plays.entries()) {
    for (const step of play.steps) {
      if (step.outcome.kind === 'ok' || step.outcome.kind === 'skipped') continue;
      for (const host of step.hosts) {
        for (let count = 0; ; count += 1) {
          const key = JSON.stringify([index, host, step.task.id, step.item, step.delegatedTo, count]);
          if (steps.has(key)) continue;
          steps.set(key, { host, step });
          break;
        }
      }
    }
  }
  return steps;
}

function titleOf({ task, item }: PlanStep): string {
  return `${task.handler ? 'the handler' : 'the task'} "${task.role === null ? '' : `${task.role} : `}${task.name}"${item === null ? '' : ` (${item})`}`;
}

function outcomesApart(planned: PlannedOutcome, now: PlannedOutcome): string | undefined {
  if (JSON.stringify(planned) === JSON.stringify(now)) return undefined;
  if (planned.kind !== 'change' || now.kind !== 'change') return 'would have another outcome than in the plan';
  const other = now.differences.find(
    (one, index) => JSON.stringify(one) !== JSON.stringify(planned.differences[index]),
  );
  if (other !== undefined) return `would be done otherwise than in the plan: ${differenceSentence(other)}`;
  if (planned.differences.length !== now.differences.length) return 'would change less than in the plan';
  return JSON.stringify(planned.notifies) === JSON.stringify(now.notifies)
    ? 'is not as certain as it was'
    : 'would call for other handlers than in the plan';
}

function differenceSentence(now: PlannedDifference): string {
  switch (now.kind) {
    case 'text':
    case 'content':
      return `the content of ${now.path} differs`;
    case 'field':
      return `${now.field} of ${now.of} is now ${now.before} → ${now.after}`;
    case 'command':
      return 'the command differs';
    default: {
      const never: never = now;
      throw new Error(`unknown difference ${JSON.stringify(never)}`);
    }
  }
}
