import { formatPlace } from '../../errors/problem.ts';
import type { Level } from '../../lint/base/rule.ts';
import { safeJson, safeText } from '../text/safe-text.ts';
import { workflowCommand } from '../text/workflow-command.ts';
import { xmlText } from '../text/xml-text.ts';
import type { LintEntry, LintReport } from './lint-entry.ts';
import { fingerprint } from './lint-sarif.ts';

const COMMANDS: Readonly<Record<Level, 'error' | 'warning' | 'notice'>> = {
  error: 'error',
  warning: 'warning',
  advice: 'notice',
};

/** Returns commands of GitHub Actions, one per line, which mark lines of a pull request. */
export function lintGitHub({ entries }: LintReport): string {
  const lines = entries.map((entry) => {
    const { level, code, place } = entry;
    const properties = [
      ['file', place?.file],
      ['line', place?.line],
      ['col', place?.column],
      ['title', code],
    ] as const;
    return `${workflowCommand(COMMANDS[level], properties, messageOf(entry))}\n`;
  });
  return lines.join('');
}

function messageOf({ what, why, remedy }: LintEntry): string {
  return safeText([what, why, remedy].filter((text) => text !== undefined && text !== '').join('\n'));
}

const SEVERITIES: Readonly<Record<Level, 'critical' | 'major' | 'info'>> = {
  error: 'critical',
  warning: 'major',
  advice: 'info',
};

/** Returns a report in the format of Code Climate, which GitLab reads as a code quality report. */
export function lintCodeClimate({ entries }: LintReport): string {
  const seen = new Map<string, number>();
  const issues = entries.map((entry) => {
    const { code, level, place, what } = entry;
    const print = fingerprint(code, what, place);
    const count = seen.get(print) ?? 0;
    seen.set(print, count + 1);
    return {
      type: 'issue',
      check_name: code,
      description: messageOf(entry),
      categories: ['Bug Risk'],
      severity: SEVERITIES[level],
      // GitLab shows issues with equal fingerprints only once.
      fingerprint: count === 0 ? print : `${print}-${count}`,
      location: { path: place?.file ?? '-', lines: { begin: place?.line ?? 1 } },
    };
  });
  return `${safeJson(issues, 2)}\n`;
}

/**
 * Returns JUnit: a test case per entry, and one per playbook without entries. Entries that cause exit status 1 are
 * failures; others are output of passing cases, because JUnit has no warnings.
 */
export function lintJUnit(report: LintReport): string {
  const { files, entries, isStrict } = report;
  const failing = (entry: LintEntry): boolean => entry.level === 'error' || (isStrict && entry.level === 'warning');
  const cases = entries.map((entry) => {
    const { code, place, what } = entry;
    const where = place === undefined ? '' : ` ${formatPlace(place)}`;
    const begin = `    <testcase classname="${xmlText(place?.file ?? 'runbook')}" name="${xmlText(`${code}${where}`)}">`;
    const message = xmlText(messageOf(entry));
    const content = failing(entry)
      ? `<failure type="${xmlText(code)}" message="${xmlText(what)}">${message}</failure>`
      : `<system-out>${message}</system-out>`;
    return `${begin}${content}</testcase>`;
  });
  const clean = files.filter((file) => !entries.some(({ place }) => place?.file === file));
  const passed = clean.map((file) => `    <testcase classname="${xmlText(file)}" name="lint"/>`);
  const tests = cases.length + passed.length;
  const failures = entries.filter(failing).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="runbook lint" tests="${tests}" failures="${failures}">`,
    `  <testsuite name="runbook lint" tests="${tests}" failures="${failures}" errors="0" skipped="0">`,
    ...cases,
    ...passed,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
