import { safeJson } from '../text/safe-text.ts';
import { type LintReport, countOf } from './lint-entry.ts';

/** Returns one JSON object with all entries, for scripts. */
export function lintJson(report: LintReport): string {
  const { files, entries } = report;
  const found = entries.map(({ level, code, place, what, why, remedy, isFixable }) => ({
    level,
    code,
    ...place,
    what,
    why,
    remedy,
    fixable: isFixable,
  }));
  const counts = {
    error: countOf(report, 'error'),
    warning: countOf(report, 'warning'),
    advice: countOf(report, 'advice'),
  };
  return `${safeJson({ playbooks: files, counts, findings: found }, 2)}\n`;
}
