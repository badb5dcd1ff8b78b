import { stripVTControlCharacters } from 'node:util';
import { mask } from '../../values/mask/mask.ts';
import { bytesText, elapsedText } from '../text/amounts.ts';
import { safeLine } from '../text/safe-text.ts';
import { taskTitle } from '../text/task-title.ts';
import { cutToWidth, displayWidth } from '../text/width.ts';
import type { Doing, Phase, Progressing } from './activities.ts';

/** Returns the current task of a host, with the attempt if it is not the first; empty if it has reached none. */
function titleText({ task, attempt, phase }: Doing): string {
  if (task === undefined) return '';
  const title = taskTitle(task.identity, task.item);
  if (attempt === undefined || phase.kind === 'delaying') return title;
  return `${title}, attempt ${attempt.number} of ${attempt.of}`;
}

/**
 * Returns the activity of a host in words, without its time. With `most` columns, both the task and its state get their
 * share.
 */
export function activityText({ title, state }: ActivityWords, most = Number.POSITIVE_INFINITY): string {
  if (title === '' || state === '') return title === '' ? state || 'connected' : title;
  const room = most - displayWidth(state) - SEPARATOR.length;
  return `${cutToWidth(title, Math.max(room, Math.floor(most / 2)))}${SEPARATOR}${state}`;
}

/** The words about a host. */
export interface ActivityWords {
  readonly title: string;
  readonly state: string;
}

/** Returns the current task of a host, and its state in words. */
export function activityWords(doing: Doing): ActivityWords {
  return { title: titleText(doing), state: stateText(doing) };
}

const SEPARATOR = ': ';

/** Returns the words about the state beside the task. */
function stateText(doing: Doing): string {
  const { phase, progress } = doing;
  switch (phase.kind) {
    case 'unconnected':
    case 'waiting_for_turn':
      return 'waits for its turn';
    case 'waiting_for_hosts':
      return 'waits for other hosts';
    case 'connecting':
      return 'connecting';
    case 'left':
      return 'done';
    case 'idle':
    case 'looking':
      return '';
    case 'changing':
      return progress === undefined ? '' : progressText(progress);
    case 'locked':
    case 'awaiting':
    case 'pausing':
    case 'delaying':
      return waitText(phase, doing.attempt);
    default: {
      const never: never = phase;
      throw new Error(`unknown phase ${JSON.stringify(never)}`);
    }
  }
}

type Wait = Extract<Phase, { readonly kind: 'locked' | 'awaiting' | 'pausing' | 'delaying' }>;

function waitText(wait: Wait, attempt: Doing['attempt']): string {
  switch (wait.kind) {
    case 'locked':
      return `waits for the lock, held by ${safeLine(wait.holder === '' ? 'a run that left no name' : wait.holder)}`;
    case 'awaiting':
      return `waits, at most ${elapsedText(wait.limitMs)}`;
    case 'pausing': {
      const prompt = wait.prompt === undefined ? '' : ` (${safeLine(wait.prompt)})`;
      return `pauses for ${elapsedText(wait.milliseconds)}${prompt}`;
    }
    case 'delaying': {
      const next = attempt === undefined ? 'the next attempt' : `attempt ${attempt.number} of ${attempt.of}`;
      return `waits ${elapsedText(wait.milliseconds)} before ${next}`;
    }
    default: {
      const never: never = wait;
      throw new Error(`unknown wait ${JSON.stringify(never)}`);
    }
  }
}

function progressText(progress: Progressing): string {
  switch (progress.kind) {
    case 'sending': {
      const percent = progress.size === 0 ? 100 : Math.floor((100 * progress.sent) / progress.size);
      return `${percent} % of ${bytesText(progress.size)} sent`;
    }
    case 'fetching':
      return progress.of === undefined
        ? `${safeLine(progress.received)} downloaded`
        : `${progress.of.percent} % of ${safeLine(progress.of.size)} downloaded`;
    case 'printing':
      return printedText(progress.line);
    default: {
      const never: never = progress;
      throw new Error(`unknown progress ${JSON.stringify(never)}`);
    }
  }
}

/**
 * Shorter lines that consist of one word are hidden: they may be a piece of a secret that was encoded and wrapped.
 * `mask` finds longer pieces.
 */
const MIN_WORD = 16;

/** A program that draws over its line repeatedly has drawn the last part of it over the others. */
function printedText(line: string): string {
  const drawn =
    mask(line)
      .split('\r')
      .findLast((part) => part.trim() !== '') ?? '';
  const text = safeLine(stripVTControlCharacters(drawn).trim());
  return text.length < MIN_WORD && !/\s/.test(text) ? '' : text;
}
