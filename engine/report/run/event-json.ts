import type { Problem } from '../../errors/problem.ts';
import type { Difference, Shown } from '../../modules/base/module.ts';
import { isEventOf } from '../../run/base/event-of.ts';
import type { RunEvent, TaskFinished, TaskIdentity, TaskOutcome } from '../../run/base/events.ts';
import { escapeControlsInJson } from '../../values/base/control-characters.ts';
import { mayHoldSecret } from '../../values/base/may-hold-secret.ts';
import { revealed } from '../../values/base/revealed.ts';
import { MASK, Secret } from '../../values/base/secret.ts';
import { Unknown } from '../../values/base/value.ts';
import { mask, maskAtOnce, maskedOnce, maskValue } from '../../values/mask/mask.ts';

/**
 * Returns an event as one line of JSON, without a line end, with its time. Dates are ISO 8601 in UTC, durations are
 * whole milliseconds, problems are maps, secrets are masked.
 */
export function eventJson(event: RunEvent, at: Date): string {
  return escapeControlsInJson(JSON.stringify(timedEvent(event, at)));
}

function timedEvent(event: RunEvent, at: Date): object {
  // Most events are of this type, and copying them costs time.
  if (event.type === 'task_finished') return plainFinished(event, at);
  const told = { type: event.type, at, ...plainEvent(event) };
  return 'milliseconds' in event ? { ...told, milliseconds: Math.round(event.milliseconds) } : told;
}

/** Events that consist of texts and numbers only. */
const PLAIN = [
  'run_started',
  'files_read',
  'play_started',
  'host_connected',
  'task_started',
  'task_retried',
  'handler_owed',
  'ssh_patches',
  'options_not_kept',
  'settings_without_effect',
  'play_finished',
] as const;

function plainEvent(event: Exclude<RunEvent, TaskFinished>): object {
  if (isEventOf(event, PLAIN)) return maskTexts(event);
  switch (event.type) {
    case 'host_unreachable':
      return { ...maskTexts({ ...event, problem: undefined }), problem: plainProblem(event.problem) };
    case 'message': {
      const { text, ...rest } = event;
      return { ...maskTexts(rest), text: maskValue(text) };
    }
    case 'run_finished': {
      const { rescued = new Set(), ...told } = event;
      return maskTexts({ ...told, rescued: rescued.size === 0 ? undefined : [...rescued].map(plainRescued) });
    }
    default: {
      const never: never = event;
      throw new Error(`unknown event ${JSON.stringify(never)}`);
    }
  }
}

function plainFinished(event: TaskFinished, at: Date): object {
  const { type, host, delegatedTo, task, item, outcome, result, hidden, milliseconds } = event;
  return {
    type,
    at,
    host: mask(host),
    delegatedTo: delegatedTo === undefined ? undefined : mask(delegatedTo),
    task: maskedTask(task),
    item: item === undefined ? undefined : mask(item),
    milliseconds: Math.round(milliseconds),
    outcome: plainOutcome(outcome),
    result: result === undefined ? undefined : maskAtOnce(result),
    hidden,
  };
}

function plainRescued({ host, task, item }: TaskFinished): object {
  return { host, task: task.id, item };
}

/** Hosts share the name of a task, so it is masked once. */
const maskedTask = maskedOnce((task: TaskIdentity) => maskTexts(task));

function plainOutcome(outcome: TaskOutcome): object {
  switch (outcome.kind) {
    case 'ok':
      return outcome;
    case 'skipped':
    case 'unknown':
      return maskTexts(outcome);
    case 'changed':
      return {
        ...outcome,
        notifies: outcome.notifies.map(mask),
        differences: outcome.differences.map(plainDifference),
      };
    case 'failed': {
      const { problem, ignored, output } = outcome;
      return {
        kind: 'failed',
        problem: plainProblem(problem),
        ignored,
        output: output === undefined ? undefined : maskTexts(output),
      };
    }
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}

function plainProblem({ code, what, place, why, remedy }: Problem): object {
  return maskTexts({ code, what, place, why, remedy });
}

function plainDifference(difference: Difference): object {
  // The old value in place of a new secret may be an old secret, which is not in the list of known secrets.
  const secret = difference.kind !== 'command' && (mayHoldSecret(difference.before) || mayHoldSecret(difference.after));
  switch (difference.kind) {
    case 'text':
      return {
        kind: 'text',
        path: mask(difference.path),
        before: plainShown(difference.before, secret),
        after: plainShown(difference.after, secret),
      };
    case 'field':
      return {
        kind: 'field',
        of: mask(difference.of),
        field: mask(difference.field),
        before: secret && difference.before !== null ? MASK : maskValue(difference.before),
        after: secret && difference.after !== null ? MASK : maskValue(difference.after),
      };
    case 'command':
      return { kind: 'command', text: mask(revealed(difference.text)) };
    default: {
      const never: never = difference;
      throw new Error(`unknown difference ${JSON.stringify(never)}`);
    }
  }
}

function plainShown(shown: Shown | undefined, secret: boolean): unknown {
  if (shown === undefined) return null;
  if (typeof shown === 'string') return secret ? MASK : mask(shown);
  if (shown instanceof Secret || shown instanceof Unknown) return maskValue(shown);
  return shown;
}

/** Masks every text in plain data, after its conversion to JSON. */
function maskTexts(data: object): object {
  const masked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data)) masked[name] = maskWithin(value);
  return masked;
}

function maskWithin(value: unknown): unknown {
  if (typeof value === 'string') return mask(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(maskWithin);
  if ('toJSON' in value && typeof value.toJSON === 'function') return maskWithin(value.toJSON());
  return maskTexts(value);
}
