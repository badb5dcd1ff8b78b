import type { PlanDocument, PlanStep } from '../../run/saved-plan/plan-document.ts';
import { hostNames } from '../text/host-names.ts';
import { legendOf, type OwnNames } from '../text/own-names.ts';
import type { PlaceLink } from './forge-links.ts';
import { SECTIONS, highlightsOf, type Highlight } from './highlights.ts';
import { code, escaped, fenceFor } from './markdown-text.ts';
import { OPERATIONS, SIGNS } from './operation.ts';
import { operationsLine, partialLine, placeOf, summaryLine } from './plan-lines.ts';
import { reviewDiff } from './review-diff.ts';
import { marksOf, review, type ReviewedStep, type ReviewedTask } from './review.ts';
import { certaintyOf, stepTitle } from './step-title.ts';

/** Maximal length of a comment on GitHub, in characters. GitLab accepts more. */
export const COMMENT_LIMIT = 65_536;

/** The part of a plan that the comment needs. */
export type ReviewablePlan = Pick<PlanDocument, 'summary' | 'playbook' | 'inventory' | 'engine' | 'partial' | 'plays'>;

export interface MarkdownOptions {
  /** Path of the plan file, for `runbook show`; undefined if the plan is not saved. */
  readonly file: string | undefined;
  /** Maximal length in characters. */
  readonly limit?: number;
  readonly link?: PlaceLink;
  readonly names?: OwnNames;
}

/** How much of a task is written: everything, its steps without differences, one line, or only its number. */
const DETAILS = ['whole', 'steps', 'line', 'counted'] as const;
type Detail = (typeof DETAILS)[number];

/**
 * Returns a plan as a comment on a pull request: the summary first, then restarts, removals and commands, and each task
 * folded. The text is never longer than `limit` characters. To shorten it, differences of creations are left out first,
 * the longest first, then other differences, then whole tasks; restarts, removals and commands stay at the top.
 */
export function planMarkdown(plan: ReviewablePlan, options: MarkdownOptions): string {
  const { limit = COMMENT_LIMIT } = options;
  const comment = new Comment(plan, options);
  comment.shrinkTo(limit);
  const text = comment.compose();
  if (text.length <= limit) return text;
  const note = `\n\n${leftOut(options.file, 'The rest is left out')}\n`;
  return `${text.slice(0, Math.max(0, text.lastIndexOf('\n', limit - note.length)))}${note}`.slice(0, limit);
}

class Comment {
  readonly #plan: ReviewablePlan;
  readonly #options: MarkdownOptions;
  readonly #tasks: readonly ReviewedTask[];
  readonly #details: Map<ReviewedTask, Detail>;
  readonly #highlights: readonly Highlight[];

  constructor(plan: ReviewablePlan, options: MarkdownOptions) {
    this.#plan = plan;
    this.#options = options;
    const all = review(plan.plays, options.names);
    this.#highlights = highlightsOf(all);
    this.#tasks = all
      .map((task) => ({ ...task, steps: task.steps.filter(({ step }) => isShown(step)) }))
      .filter(({ steps }) => steps.length > 0);
    this.#details = new Map(this.#tasks.map((task) => [task, 'whole']));
  }

  /** Leaves out as little as possible, by the rank of the tasks and then by size. */
  shrinkTo(limit: number): void {
    let length = this.compose().length;
    for (const less of DETAILS.slice(1)) {
      if (length <= limit) return;
      const sized = this.#tasks.map((task) => ({ task, size: this.#length(task), rank: rankOf(task) }));
      for (const { task, size } of sized.toSorted((one, other) => one.rank - other.rank || other.size - one.size)) {
        this.#details.set(task, less);
        length -= size - this.#length(task);
        if (length > limit) continue;
        length = this.compose().length;
        if (length <= limit) return;
      }
      length = this.compose().length;
    }
  }

  #length(task: ReviewedTask): number {
    return taskMarkdown(task, this.#details.get(task) ?? 'whole', this.#options.link).length;
  }

  compose(): string {
    const note = this.#note();
    const plays = this.#plan.plays.flatMap((play) => {
      const tasks = this.#tasks.filter((task) => task.play === play);
      if (tasks.length === 0) return [];
      const shown = tasks.filter((task) => this.#details.get(task) !== 'counted');
      const more = tasks.length - shown.length;
      return [
        '',
        `#### ${escaped(play.name)}`,
        '',
        ...shown.map((task) => taskMarkdown(task, this.#details.get(task) ?? 'whole', this.#options.link)),
        ...(more === 0 ? [] : [`- … and ${more} more ${more === 1 ? 'task' : 'tasks'} (left out)`]),
      ];
    });
    return `${[...this.#head(), ...note, ...this.#sections(), ...plays, ...(plays.length > 0 ? note : [])].join('\n')}\n`;
  }

  #head(): readonly string[] {
    const { summary, playbook, inventory, engine, partial } = this.#plan;
    const operations = operationsLine(this.#tasks, code);
    return [
      `### ${summaryLine(summary)}`,
      '',
      ...(operations === undefined ? [] : [operations, '']),
      `${code(playbook)} on ${(inventory.length === 0 ? ['localhost'] : inventory).map(code).join(', ')}, runbook ${escaped(engine)}`,
      ...(partial.length === 0 ? [] : ['', `> ⚠️ ${escaped(partialLine(partial))}`]),
      ...(this.#tasks.length === 0 ? [] : ['', '<sub>🟡 certain, 🟠 not certain yet, ❔ known after apply</sub>']),
      ...legendOf(marksOf(this.#tasks)).flatMap((line) => ['', `<sub>${escaped(line)}</sub>`]),
    ];
  }

  #sections(): readonly string[] {
    return SECTIONS.flatMap((section) => {
      const of = this.#highlights.filter((one) => one.section === section);
      return of.length === 0 ? [] : ['', `#### ${section}`, '', ...of.map(highlightMarkdown)];
    });
  }

  /** Names the tasks of which something was left out. */
  #note(): readonly string[] {
    const count = (detail: Detail): number => [...this.#details.values()].filter((one) => one === detail).length;
    const [steps, lines, counted] = [count('steps'), count('line'), count('counted')];
    const cut = [
      ...(steps + lines === 0 ? [] : [`of ${steps + lines} ${steps + lines === 1 ? 'task' : 'tasks'} the differences`]),
      ...(counted === 0 ? [] : [`${counted} ${counted === 1 ? 'task' : 'tasks'} altogether`]),
    ];
    if (cut.length === 0) return [];
    const what = `There is no room here for all of it. Left out: ${cut.join(', and ')}`;
    return ['', leftOut(this.#options.file, what)];
  }
}

function isShown({ outcome }: PlanStep): boolean {
  return outcome.kind === 'change' || outcome.kind === 'unknown';
}

/** Returns the rank of a task. The lowest rank is left out first. */
function rankOf({ steps }: ReviewedTask): number {
  return Math.max(
    ...steps.map(({ operation }) =>
      operation === undefined ? 0.5 : OPERATIONS.length - 1 - OPERATIONS.indexOf(operation),
    ),
  );
}

function leftOut(file: string | undefined, what: string): string {
  const see = file === undefined ? 'the output of the command' : code(`runbook show ${file}`);
  return `> ⚠️ ${what}. See everything ${file === undefined ? 'in' : 'with'} ${see}.`;
}

function highlightMarkdown({ sign, title, hosts, all, order, details, isCertain }: Highlight): string {
  const said = [`${code(sign)} <b>${escaped(title)}</b> on ${escaped(hostNames(hosts, all))}`, order, escaped(details)];
  return `- ${said.filter((part) => part !== '').join(', ')}${isCertain ? '' : ' (may happen)'}`;
}

function taskMarkdown(task: ReviewedTask, detail: Detail, link: PlaceLink | undefined): string {
  const [first] = task.steps;
  if (first === undefined || detail === 'counted') return '';
  const said = task.steps.length === 1 ? stepSaid(task, first) : taskSaid(task, first);
  const title = `${said} ${placeMarkdown(first.step, link)}`;
  const bodies = detail === 'line' ? [] : task.steps.map((one) => bodyOf(task, one, detail));
  const body = bodies.flat();
  const isCut = detail !== 'whole' && task.steps.some(({ step }) => diffOf(step).length > 0);
  if (body.length === 0) return `- ${title}${isCut ? ' — differences left out' : ''}`;
  return `<details><summary>${title}${isCut ? ' — differences left out' : ''}</summary>\n\n${body.join('\n')}\n</details>`;
}

/** Returns a step in one line, with its hosts. */
function stepSaid({ play }: ReviewedTask, reviewed: ReviewedStep): string {
  const { step, hosts } = reviewed;
  const { outcome } = step;
  const on = `${escaped(hostNames(hosts, play.hosts))}${step.delegatedTo === null ? '' : ` → ${escaped(step.delegatedTo)}`}`;
  const title = `${markOf(reviewed)} <b>${escaped(stepTitle(step))}</b> on ${on}`;
  if (outcome.kind === 'unknown') return `${title} (known after apply: ${escaped(outcome.because)})`;
  if (outcome.kind !== 'change') return title;
  const { word, doubt } = certaintyOf(outcome);
  const then = outcome.notifies.length === 0 ? '' : `, then ${escaped(outcome.notifies.join(', '))}`;
  return `${title}: ${word}${doubt === '' ? '' : ` (${escaped(doubt)})`}${then}`;
}

/** Returns a task with several items, or with differences between hosts. */
function taskSaid({ play, steps }: ReviewedTask, first: ReviewedStep): string {
  const marks = [...new Set(steps.map(markOf))].join(' ');
  const hosts = steps.flatMap((step) => step.hosts);
  return `${marks} <b>${escaped(stepTitle({ ...first.step, item: null }))}</b> on ${escaped(hostNames(hosts, play.hosts))}: ${steps.length} different steps`;
}

function bodyOf(task: ReviewedTask, reviewed: ReviewedStep, detail: Detail): readonly string[] {
  const lines = detail === 'whole' ? diffOf(reviewed.step) : [];
  const isOneOfSeveral = task.steps.length > 1;
  const title = isOneOfSeveral ? [stepSaid(task, reviewed), ''] : [];
  if (lines.length === 0) return title;
  const fence = fenceFor(lines);
  return [...title, `${fence}diff`, ...lines, fence, ...(isOneOfSeveral ? [''] : [])];
}

function diffOf({ outcome }: PlanStep): readonly string[] {
  return outcome.kind === 'change' ? reviewDiff(outcome) : [];
}

function placeMarkdown(step: PlanStep, link: PlaceLink | undefined): string {
  const place = placeOf(step);
  const address = link?.(place);
  const text = `<code>${escaped(place)}</code>`;
  return address === undefined ? text : `<a href="${escaped(address).replaceAll('&#8203;', '')}">${text}</a>`;
}

function markOf({ step: { outcome }, operation }: ReviewedStep): string {
  if (outcome.kind !== 'change' || operation === undefined) return '❔';
  return `${outcome.certainty === 'certain' ? '🟡' : '🟠'} ${escaped(SIGNS[operation])}`;
}
