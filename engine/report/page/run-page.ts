import { createHash } from 'node:crypto';
import { escapeControlsInJson } from '../../values/base/control-characters.ts';
import { type FailureGroup, endedEarly, failureGroups } from '../export/failures.ts';
import { runSentence } from '../export/host-counts.ts';
import { placeOfResult, problemDetails, resultTitle } from '../export/result-text.ts';
import type { RunRecord } from '../journal/run-record.ts';
import { hostNames } from '../text/host-names.ts';
import { safeLine, safeText } from '../text/safe-text.ts';
import { PAGE_SCRIPT, PAGE_STYLE } from './page-assets.ts';
import { pageData } from './page-data.ts';

/** Maximal number of different failures at the top of the page. The first one is unfolded. */
const MOST_FAILURES = 50;
const UNFOLDED = 5;

/**
 * Returns a run as one HTML page that needs neither network nor other files. Texts are escaped, the data cannot end its
 * block, and a policy allows only the script of the page.
 */
export function runPage(record: RunRecord): string {
  const title = `${safeLine(record.playbook)} · ${record.began.toISOString()}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${sourceOf(PAGE_STYLE)}; script-src ${sourceOf(PAGE_SCRIPT)}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<div class="bar"><h1>${escaped(record.playbook)}</h1><span class="outcome ${outcomeOf(record)}">${outcomeOf(record)}</span>
<button type="button" id="theme">Dark or light</button></div>
<p>${escaped(runSentence(record))}</p>
<p class="quiet">Run ${escaped(record.id)}, begun <time datetime="${record.began.toISOString()}">${record.began.toISOString()}</time>${partial(record)}</p>
</header>
<main>
${failuresHtml(record)}
<section aria-labelledby="run-title">
<h2 id="run-title">The run</h2>
<div class="controls">
<label>Search <input type="search" id="search" placeholder="host, task or file" autocomplete="off"></label>
<label>View <select id="view"><option value="hosts">Hosts over time</option><option value="tasks">Tasks in order</option><option value="slowest">Tasks, slowest first</option></select></label>
<label>Only <select id="only"><option value="">everything</option></select></label>
<span id="count" role="status"></span>
</div>
<ul class="legend" id="legend" aria-label="Colors"></ul>
<div id="axis" class="axis" aria-hidden="true"></div>
<div id="window"><ul id="rows" aria-label="Hosts or tasks"></ul></div>
</section>
<section id="detail" aria-labelledby="detail-title" hidden>
<div class="bar"><h2 id="detail-title" tabindex="-1"></h2><button type="button" id="close">Close</button></div>
<div id="detail-body"></div>
</section>
<section aria-labelledby="keys-title" class="keys">
<h2 id="keys-title">Keys</h2>
<dl><div><dt><kbd>↑</kbd> <kbd>↓</kbd> <kbd>Home</kbd> <kbd>End</kbd></dt><dd>move in the list</dd></div>
<div><dt><kbd>Enter</kbd></dt><dd>open a host or task</dd></div>
<div><dt><kbd>Esc</kbd></dt><dd>close it</dd></div>
<div><dt><kbd>/</kbd></dt><dd>search</dd></div>
<div><dt><kbd>v</kbd></dt><dd>next view</dd></div>
<div><dt><kbd>t</kbd></dt><dd>dark or light</dd></div></dl>
</section>
<noscript><p>The timeline needs JavaScript. What failed is told above.</p></noscript>
</main>
<script type="application/json" id="data">${dataBlock(record)}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/** Returns JSON without any characters that have a meaning in HTML. */
function dataBlock(record: RunRecord): string {
  return escapeControlsInJson(JSON.stringify(pageData(record)))
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026');
}

function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function outcomeOf({ outcome }: RunRecord): string {
  return outcome ?? 'unfinished';
}

function partial({ partial }: RunRecord): string {
  return partial.length === 0 ? '' : `. Only a part of the playbook: ${escaped(partial.join(', '))}`;
}

function failuresHtml(record: RunRecord): string {
  const groups = failureGroups(record);
  const early = endedEarly(record);
  if (groups.length === 0 && early === undefined) return '';
  const shown = groups.slice(0, MOST_FAILURES).map(failureHtml);
  const more = groups.length - shown.length;
  const folded = [...shown.slice(UNFOLDED), ...(more > 0 ? [`<p>… and ${more} more: choose “failed” below.</p>`] : [])];
  return `<section aria-labelledby="failures-title">
<h2 id="failures-title">Failures</h2>
${early === undefined ? '' : `<p>${escaped(early)}</p>`}
${shown.slice(0, UNFOLDED).join('\n')}
${folded.length === 0 ? '' : `<details><summary>${groups.length - UNFOLDED} more different failures</summary>${folded.join('\n')}</details>`}
</section>`;
}

function failureHtml({ result, hosts }: FailureGroup): string {
  const place = placeOfResult(result);
  const at = place === undefined ? '' : ` <code>${escaped(`${place.file}:${place.line}`)}</code>`;
  const details = problemDetails(result.problem, result.output).join('\n');
  const what = `<b>${escaped(resultTitle(result))}</b> on ${escaped(hostNames(hosts))}: ${escaped(result.problem?.what ?? '')}${at}`;
  if (details === '') return `<p class="failure">${what}</p>`;
  return `<details class="failure"><summary>${what}</summary><pre tabindex="0">${escaped(details)}</pre></details>`;
}

function escaped(text: string): string {
  return safeText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
