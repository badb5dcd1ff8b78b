import type { Problem } from '../../errors/problem.ts';
import type { RunRecord } from '../journal/run-record.ts';
import type { PlaceLink } from '../plan/forge-links.ts';
import { code, escaped, fenceFor } from '../plan/markdown-text.ts';
import { durationText } from '../text/duration.ts';
import { hostNames } from '../text/host-names.ts';
import { safeLines } from '../text/safe-text.ts';
import { slowest, taskSummaries } from './changed-tasks.ts';
import { type FailureGroup, endedEarly, failureGroups, mildGroups } from './failures.ts';
import { runSentence } from './host-counts.ts';
import { MarkdownPage } from './markdown-page.ts';
import { type FilePlace, placeOfResult, placeOfTask, problemDetails, resultTitle } from './result-text.ts';

/** Maximal length of a comment on GitHub, in characters. A job summary may be longer. */
const LIMIT = 65_536;
const MOST_SLOW = 5;

export interface RunMarkdownOptions {
  readonly link: PlaceLink;
  /** Maximal length in characters. */
  readonly limit?: number;
}

/** Returns a run as Markdown for a comment or a job summary: failures, changes, slow tasks. */
export function runMarkdown(record: RunRecord, { link, limit = LIMIT }: RunMarkdownOptions): string {
  const tasks = taskSummaries(record);
  const changed = tasks.filter((task) => task.changed.length > 0);
  const slow = slowest(tasks, MOST_SLOW);
  const page = new MarkdownPage(limit);
  page.add([`### ${isBad(record) ? '❌' : '✅'} ${escaped(runSentence(record))}`, '', about(record)]);
  const early = endedEarly(record);
  if (early !== undefined) page.add(['', `> ❌ ${escaped(early)}`]);
  page.section('Failures', failureMarkdown(failureGroups(record), link));
  page.section(
    record.mode === 'plan' ? 'To change' : 'Changed',
    changed.map(
      ({ task, changed: hosts }) =>
        `- 🟡 <b>${escaped(task.title)}</b> on ${escaped(hostNames(hosts, record.hosts))}${placed(placeOfTask(task), link)}`,
    ),
  );
  page.section('Failed, and taken care of by the play', failureMarkdown(mildGroups(record), link));
  if (record.owing.length > 0) page.section('Handlers are owed', [`- on ${escaped(hostNames(record.owing))}`]);
  page.section(
    'Slowest',
    slow.map(({ task, longest }) => `- ${durationText(longest)} <b>${escaped(task.title)}</b>`),
  );
  return page.text();
}

/** Returns Markdown for mistakes that kept a run from beginning. */
export function problemsMarkdown(playbook: string, problems: readonly Problem[], link: PlaceLink): string {
  const page = new MarkdownPage(LIMIT);
  page.add([`### ❌ ${escaped(playbook)} was not run`]);
  page.section(
    'Mistakes',
    problems.map(({ what, place, why, remedy }) =>
      folded(`<b>${escaped(what)}</b>${placed(place, link)}`, problemDetails({ what, why, remedy }, undefined)),
    ),
  );
  return page.text();
}

/** Returns only the failures, to follow a plan; empty if there are none. */
export function failuresMarkdown(record: RunRecord, link: PlaceLink): string {
  const page = new MarkdownPage(LIMIT);
  page.section('Failures', failureMarkdown(failureGroups(record), link));
  return page.text();
}

function isBad(record: RunRecord): boolean {
  return record.outcome !== 'ok';
}

function about({ id, partial, began }: RunRecord): string {
  const parts = [
    `run ${code(id)}, begun ${began.toISOString()}`,
    ...(partial.length === 0 ? [] : [`only a part of the playbook: ${escaped(partial.join(', '))}`]),
  ];
  return parts.join(', ');
}

function failureMarkdown(groups: readonly FailureGroup[], link: PlaceLink): readonly string[] {
  return groups.map(({ result, hosts }) => {
    const what = result.problem?.what ?? '';
    const title = `❌ <b>${escaped(resultTitle(result))}</b> on ${escaped(hostNames(hosts))}: ${escaped(what)}${placed(placeOfResult(result), link)}`;
    return folded(title, problemDetails(result.problem, result.output));
  });
}

function folded(title: string, details: readonly string[]): string {
  if (details.length === 0) return `- ${title}`;
  const lines = details.flatMap((text) => safeLines(text));
  const fence = fenceFor(lines);
  return `<details><summary>${title}</summary>\n\n${fence}text\n${lines.join('\n')}\n${fence}\n</details>`;
}

/**
 * Returns a place as HTML for Markdown, with a link if the forge is known. Begins with a blank; empty without a place.
 */
export function placed(place: FilePlace | undefined, link: PlaceLink): string {
  if (place === undefined) return '';
  const text = `<code>${escaped(`${place.file}:${place.line}`)}</code>`;
  const address = link(`${place.file}:${place.line}`);
  return address === undefined ? ` ${text}` : ` <a href="${escaped(address).replaceAll('&#8203;', '')}">${text}</a>`;
}
