import { decodeFacts } from '../../engine/connection/shell/facts.ts';
import type { Problem } from '../../engine/errors/problem.ts';
import type { Apply, Change, Context, Module, Outcome } from '../../engine/modules/base/module.ts';
import { parseArguments } from '../../engine/modules/base/parse-arguments.ts';
import { View } from '../../engine/run/machine/view.ts';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { Vault } from '../../engine/vault/vault.ts';
import { observeHere, runScript } from '../resources/local-sh.ts';

export const place = { file: 'tasks.yml', line: 1, column: 1 };

export function contextAt(now: Date): Context {
  return {
    host: 'localhost',
    facts: { ...decodeFacts(''), selinux: 'disabled' },
    now,
    user: 'root',
    runId: 'f00f',
    preamble: '',
    vault: new Vault([]),
    placeOf: () => place,
  };
}

/** Parses the arguments as the runner does; returns the sentences of the problems if they are wrong. */
export function parse<Arguments>(module: Module<Arguments>, given: ValueMap): Arguments | readonly string[] {
  const parsed = parseArguments(module, given, () => place);
  if (parsed.kind === 'args') return parsed.args as Arguments;
  return parsed.kind === 'unknown'
    ? [`unknown: ${parsed.because}`]
    : parsed.problems.map((problem: Problem) => problem.what);
}

/** This machine as a host: looks and plans like the runner, and applies with a shell. */
export class Here {
  readonly now: Date;
  readonly #shell: readonly string[];
  /** The view of a plan, which keeps the predictions from task to task. */
  readonly planned = new View({ value: 0, done: 0 });

  constructor(now: Date, shell: readonly string[] = ['sh']) {
    this.now = now;
    this.#shell = shell;
  }

  /** Returns the outcome in a play, with a new look. */
  outcome<Arguments>(module: Module<Arguments>, given: ValueMap): Outcome {
    const args = this.#args(module, given);
    const view = new View({ value: 0, done: 0 });
    this.#look(view, module, args, 'play');
    return module.plan(args, undefined, view.seen, contextAt(this.now));
  }

  /** Returns the outcome in a plan: uses the predictions of the tasks before, and adds its own. */
  plan<Arguments>(module: Module<Arguments>, given: ValueMap): Outcome {
    const args = this.#args(module, given);
    this.#look(this.planned, module, args, 'plan');
    const outcome = module.plan(args, undefined, this.planned.seen, contextAt(this.now));
    if (outcome.kind === 'change')
      this.planned.lay({
        predictions: outcome.predictions,
        touches: 'predicted',
        names: [],
        open: [],
        certainty: 'certain',
        decider: { at: 0, label: 'a task' },
      });
    return outcome;
  }

  /** Makes a change, compares the host with the predictions, and returns the result. */
  async make<Arguments>(module: Module<Arguments>, given: ValueMap): Promise<ValueMap> {
    const change = this.outcome(module, given);
    if (change.kind !== 'change') throw new Error(`not a change: ${JSON.stringify(change)}`);
    const result = this.finish(await change.apply(), change);
    const requests = change.predictions.map((prediction) => prediction.request);
    const states = observeHere(requests, this.#shell);
    for (const { request, state } of change.predictions) {
      const sentence = request.kind.disagreement(state, states.get(request.key));
      if (sentence !== undefined) throw new Error(`${request.key}: ${sentence}`);
    }
    return result;
  }

  finish(apply: Apply, change: Change): ValueMap {
    const completed = runScript(apply.script, this.#shell);
    const finished = apply.finish?.(completed);
    if (finished?.kind === 'failed') throw new Error(finished.what);
    if (completed.status !== 0) throw new Error(completed.stderr.toString('utf8'));
    return finished?.result ?? change.planned ?? {};
  }

  #args<Arguments>(module: Module<Arguments>, given: ValueMap): Arguments {
    const args = parse(module, given);
    if (Array.isArray(args)) throw new Error(args.join('\n'));
    return args as Arguments;
  }

  #look<Arguments>(view: View, module: Module<Arguments>, args: Arguments, mode: 'play' | 'plan'): void {
    const missing = view.missing(module.observes(args, undefined, contextAt(this.now)));
    const states = observeHere(missing, this.#shell);
    if (mode === 'plan') view.learnUnderPlan(missing, states);
    else view.learn(missing, states);
  }
}
