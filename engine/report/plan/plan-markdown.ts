import type { PlanDocument, PlanStep } from '../../run/saved-plan/plan-document.ts';
import { plannedChangeLines } from '../text/differences.ts';
import { safeLine } from '../text/safe-text.ts';
import { certaintyOf, partialLine, stepTitle, summaryLine } from './plan-lines.ts';

/** The longest comment that GitHub takes, in characters; GitLab takes more. */
export const COMMENT_LIMIT = 65_536;

const plain = (_: string, text: string): string => text;

/** What of a step is written: all of it, its title alone, or only that it is one more. */
type Detail = 'whole' | 'title' | 'counted';

/**
 * A plan as a comment on a pull request: the summary first, each step folded, what is the same on several hosts said
 * once. It is never longer than `limit` characters: what finds no room is named, then counted, and the comment says so
 * at its top and its end.
 */
export function planMarkdown(plan: PlanDocument, file: string, limit = COMMENT_LIMIT): string {
  const steps = plan.plays.flatMap((play) =>
    play.steps
      .filter(({ outcome }) => outcome.kind === 'change' || outcome.kind === 'unknown')
      .map((step) => ({ play, step })),
  );
  const details = new Map<PlanStep, Detail>(steps.map(({ step }) => [step, 'whole']));
  const compose = (): string => document(plan, details, file);
  let text = compose();
  for (const less of ['title', 'counted'] as const) {
    if (text.length <= limit) return text;
    // Room is made from the largest down, so that as many steps as can be stay whole.
    const bySize = steps.map(({ step }) => ({ step, size: stepMarkdown(step, details.get(step) ?? 'whole').length }));
    for (const { step, size } of bySize.toSorted((one, other) => other.size - one.size)) {
      details.set(step, less);
      const freed = size - stepMarkdown(step, less).length;
      if (text.length - freed > limit) {
        text = text.slice(0, Math.max(0, text.length - freed));
        continue;
      }
      text = compose();
      if (text.length <= limit) return text;
    }
    text = compose();
  }
  return text.length <= limit
    ? text
    : [...headLines(plan), '', leftOut(file, 'All steps are left out')].join('\n').slice(0, limit);
}

function document(plan: PlanDocument, details: ReadonlyMap<PlanStep, Detail>, file: string): string {
  const counts = { title: 0, counted: 0 };
  for (const detail of details.values()) if (detail !== 'whole') counts[detail] += 1;
  const cut = [
    ...(counts.title === 0 ? [] : [`of ${counts.title} ${counts.title === 1 ? 'step' : 'steps'} the differences`]),
    ...(counts.counted === 0 ? [] : [`${counts.counted} ${counts.counted === 1 ? 'step' : 'steps'} altogether`]),
  ];
  const note =
    cut.length === 0 ? [] : ['', leftOut(file, `There is no room here for all of it. Left out: ${cut.join(', and ')}`)];
  const plays = plan.plays.flatMap((play) => {
    const written = play.steps.filter((step) => details.has(step));
    if (written.length === 0) return [];
    const shown = written.filter((step) => details.get(step) !== 'counted');
    const more = written.length - shown.length;
    return [
      '',
      `#### ${escaped(play.name)}`,
      '',
      ...shown.map((step) => stepMarkdown(step, details.get(step) ?? 'whole')),
      ...(more === 0 ? [] : [`… and ${more} more ${more === 1 ? 'step' : 'steps'} (left out)`]),
    ];
  });
  return `${[...headLines(plan), ...note, ...plays, ...(plays.length > 0 ? note : [])].join('\n')}\n`;
}

function leftOut(file: string, what: string): string {
  return `> ⚠️ ${what}. See everything with ${code(`runbook show ${file}`)}.`;
}

function headLines(plan: PlanDocument): readonly string[] {
  return [
    `### ${summaryLine(plan.summary)}`,
    '',
    `${code(plan.playbook)} on ${(plan.inventory.length === 0 ? ['localhost'] : plan.inventory).map(code).join(', ')}, runbook ${escaped(plan.engine)}`,
    ...(plan.partial.length === 0 ? [] : ['', `> ⚠️ ${escaped(partialLine(plan.partial))}`]),
  ];
}

function stepMarkdown(step: PlanStep, detail: Detail): string {
  if (detail === 'counted') return '';
  const title = `${mark(step)} <b>${escaped(stepTitle(step))}</b> on ${escaped(step.hosts.join(', '))}${step.delegatedTo === null ? '' : ` → ${escaped(step.delegatedTo)}`}`;
  const { outcome } = step;
  if (outcome.kind === 'unknown') return `- ${title} (known after apply: ${escaped(outcome.because)})`;
  if (outcome.kind !== 'change') return `- ${title}`;
  const { word, doubt } = certaintyOf(outcome);
  const said = `${title}: ${word}${doubt === '' ? '' : ` (${escaped(doubt)})`}${outcome.notifies.length === 0 ? '' : `, then ${escaped(outcome.notifies.join(', '))}`}`;
  if (detail === 'title') return `- ${said} — differences left out`;
  const lines = plannedChangeLines(outcome, plain, 'whole');
  if (lines.length === 0) return `- ${said}`;
  const fence = fenceFor(lines);
  return `<details><summary>${said}</summary>\n\n${fence}diff\n${lines.join('\n')}\n${fence}\n</details>`;
}

function mark({ outcome }: PlanStep): string {
  if (outcome.kind !== 'change') return '❔';
  return outcome.certainty === 'certain' ? '🟡' : '🟠';
}

/** Longer than any row of backticks in the text, so that nothing in a diff can end the block. */
function fenceFor(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
  return '`'.repeat(longest + 1);
}

/** Text between backticks, more of them than stand in it. */
function code(text: string): string {
  const line = safeLine(text);
  const fence = '`'.repeat(1 + Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
  const room = /^`|`$|^ .* $|^$/.test(line) ? ' ' : '';
  return `${fence}${room}${line}${room}${fence}`;
}

/**
 * Text as Markdown and HTML show it, with nothing in it that does anything: no markup, no link, and nobody and nothing
 * that is mentioned. Who looks for mentions reads what the entities stand for, so a space without width keeps them
 * apart.
 */
function escaped(text: string): string {
  return safeLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(
      /([\\`*_[\]~|#@$!]|:(?=\/\/)|(?<=www)\.)/gi,
      (character) => `&#${character.charCodeAt(0)};${/[#@]/.test(character) ? '&#8203;' : ''}`,
    );
}
