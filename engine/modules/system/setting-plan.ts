import { type Request, type Seen, predict } from '../../resources/base/resource.ts';
import type { SettingDetail, SettingState } from '../../resources/setting.ts';
import type { ValueMap } from '../../values/base/value.ts';
import type { Context, Difference, Impossible, Outcome } from '../base/module.ts';
import { forRootAlone } from '../base/root-alone.ts';

/** A setting with the answer that its program shall give. */
export interface WantedSetting {
  readonly request: Request<SettingDetail, SettingState>;
  readonly wanted: string;
  /** Returns whether there is nothing to do with another answer either. */
  accepts?(answer: string): boolean;
  /** The answer that everything beneath the setting has after the change. */
  readonly beneath?: string;
  /** Returns the lines for the diff, from the answer that was seen. */
  differences(before: string): readonly Difference[];
  /** Shell text that makes the change, and exits with another status than 0 if it fails. */
  readonly script: string;
}

/** What a task needs besides its settings. */
export interface SettingTask {
  /** The thing that changes, for a user who may not change it: `the firewall of the host`. */
  readonly what: string;
  readonly program: string;
  /** The package that has the program. */
  readonly package: string;
  readonly result: ValueMap;
  /** Returns the remedy for a refusal of the program, if the module knows it. */
  remedyFor?(why: string): string | undefined;
}

/** The answer of a program that is missing, or does not answer, until an earlier change. */
const NOT_YET = 'not known before an earlier change';

/**
 * Returns why the settings cannot be compared: the program is missing, or does not answer. Undefined if all of them
 * have an answer, or an earlier change may bring it.
 */
export function unanswered(
  requests: readonly Request<SettingDetail, SettingState>[],
  task: SettingTask,
  seen: Seen,
  context: Context,
): Impossible | undefined {
  for (const request of requests) {
    const state = seen.of(request);
    if (state.kind === 'answer' || seen.certainty(request) === 'after_change') continue;
    if (state.kind === 'missing')
      return {
        kind: 'impossible',
        what: `this host has no ${task.program}`,
        remedy: `Install it with a task before this one: package: { name: ${task.package} }`,
      };
    return {
      kind: 'impossible',
      what: `${task.program} does not answer for ${context.user}`,
      why: state.why,
      remedy: refusedRemedy(state.why, task, context),
    };
  }
  return undefined;
}

function refusedRemedy(why: string, task: SettingTask, { user }: Context): string {
  const known = task.remedyFor?.(why);
  if (known !== undefined) return known;
  if (user !== 'root' && /permission|root|privilege/i.test(why)) return 'Set become: true on the task.';
  return `Correct the arguments by this message, or look at it on the host: runbook exec HOST -a ${task.program}.`;
}

/** Plans the change of settings that differ from the wanted answers, one after the other. */
export function planSettings(
  wanted: readonly WantedSetting[],
  task: SettingTask,
  seen: Seen,
  context: Context,
): Outcome {
  const requests = wanted.map(({ request }) => request);
  const open = unanswered(requests, task, seen, context);
  if (open !== undefined) return open;
  const differing = wanted.flatMap((one) => {
    const state = seen.of(one.request);
    const before = state.kind === 'answer' ? state.text : NOT_YET;
    return before === one.wanted || one.accepts?.(before) === true ? [] : [{ ...one, before }];
  });
  const isSure = requests.every((request) => seen.certainty(request) === 'certain');
  if (differing.length === 0)
    return isSure
      ? { kind: 'in_sync', result: task.result }
      : { kind: 'cannot_know', because: `an earlier change of ${task.what}`, planned: task.result };
  const outcome: Outcome = {
    kind: 'change',
    differences: differing.flatMap((one) => one.differences(one.before)),
    certainty: isSure ? 'certain' : 'after_change',
    predictions: differing.map((one) =>
      predict(one.request, {
        kind: 'answer',
        text: one.wanted,
        ...(one.beneath === undefined ? {} : { beneath: one.beneath }),
      }),
    ),
    touches: 'predicted',
    apply: () => ({ script: systemScript(differing.map(({ script }) => `${script} || exit\n`).join('')) }),
    planned: task.result,
  };
  return forRootAlone(outcome, task.what, context);
}

/** Returns a script that finds the programs of the system, with messages in English. */
export function systemScript(script: string): string {
  return `PATH="\${PATH:+$PATH:}/usr/sbin:/sbin" LC_ALL=C; export PATH LC_ALL\n${script}`;
}
