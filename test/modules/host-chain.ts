import type { Facts } from '../../engine/connection/shell/facts.ts';
import type { AnyModule, Outcome } from '../../engine/modules/base/module.ts';
import { composeObservation } from '../../engine/resources/base/observation.ts';
import type { Request } from '../../engine/resources/base/resource.ts';
import { View } from '../../engine/run/machine/view.ts';
import { type Host, contextOf } from './system-host.ts';

/** One task of a chain. */
export interface Link {
  readonly module: AnyModule;
  readonly args: object;
}

/** The plan of a task, and the result of its play. */
export interface Story {
  readonly task: string;
  readonly planned: 'in sync' | 'changes' | 'fails' | 'open';
  readonly played: 'in sync' | 'changes' | 'fails';
  readonly why: string | undefined;
}

/**
 * Plans all tasks on a host, each on top of the predictions of the tasks before it. Then plays them one by one, up to
 * the first failure.
 */
export async function planThenPlay(
  host: Host,
  links: readonly Link[],
  facts: Partial<Facts> = {},
): Promise<readonly Story[]> {
  const view = new View({ value: 0, done: 0 });
  const planned: (Story['planned'] | undefined)[] = [];
  for (const link of links) planned.push(planOver(host, view, link, facts));
  const stories: Story[] = [];
  for (const [index, { module, args }] of links.entries()) {
    const { outcome, failure } = await host.apply(module, args, facts);
    const why = failure ?? (outcome.kind === 'impossible' ? outcome.what : undefined);
    const played = why !== undefined ? 'fails' : outcome.kind === 'change' ? 'changes' : 'in sync';
    stories.push({ task: `${module.name}: ${JSON.stringify(args)}`, planned: planned[index] ?? 'open', played, why });
    if (played === 'fails') break;
  }
  return stories;
}

/** Returns the tasks whose plan was certain, but whose result differs from the plan. */
export function lies(stories: readonly Story[]): readonly Story[] {
  return stories.filter(({ planned, played }) => planned !== 'open' && planned !== played);
}

function planOver(host: Host, view: View, { module, args }: Link, facts: Partial<Facts>): Story['planned'] {
  const parsed = module.arguments.parse(args);
  const requests: readonly Request[] = module.observes(parsed, undefined, contextOf(facts));
  const missing = view.missing(requests);
  if (missing.length > 0) {
    const { script, decode } = composeObservation(missing, 'f00f00f00f00');
    view.learnUnderPlan(missing, decode(host.run(script)));
  }
  const outcome = module.plan(parsed, undefined, view.seen, contextOf(facts));
  view.lay({
    predictions: predictionsOf(outcome),
    touches: 'predicted',
    names: [],
    open: [],
    certainty: 'certain',
    decider: { at: 0, label: 'a task' },
  });
  return storyOf(outcome);
}

function predictionsOf(outcome: Outcome): Parameters<View['lay']>[0]['predictions'] {
  if (outcome.kind === 'change') return outcome.predictions;
  return outcome.kind === 'cannot_know' ? (outcome.predictions ?? []) : [];
}

function storyOf(outcome: Outcome): Story['planned'] {
  switch (outcome.kind) {
    case 'in_sync':
      return 'in sync';
    case 'change':
      return outcome.certainty === 'certain' ? 'changes' : 'open';
    case 'impossible':
      return 'fails';
    case 'cannot_know':
    case 'await':
      return 'open';
  }
}
