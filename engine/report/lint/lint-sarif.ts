import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Place } from '../../errors/problem.ts';
import type { Level } from '../../lint/base/rule.ts';
import { RULES } from '../../lint/rules.ts';
import { safeJson } from '../text/safe-text.ts';
import type { LintEntry, LintReport } from './lint-entry.ts';

const LEVELS: Readonly<Record<Level, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  advice: 'note',
};

/** Returns SARIF 2.1.0, which code scanning of GitHub and other programs read. `version` is that of this program. */
export function lintSarif({ entries }: LintReport, version: string): string {
  const codes = [...new Set(entries.map(({ code }) => code))].toSorted();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'runbook', version, rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: entries.map((entry) => resultOf(entry, codes)),
      },
    ],
  };
  return `${safeJson(log, 2)}\n`;
}

function ruleOf(code: string): object {
  const rule = RULES.find(({ name }) => name === code);
  if (rule === undefined) return { id: code, defaultConfiguration: { level: 'error' } };
  return {
    id: code,
    shortDescription: { text: rule.summary },
    fullDescription: { text: rule.why },
    help: { text: rule.remedy },
    defaultConfiguration: { level: LEVELS[rule.level] },
  };
}

function resultOf({ code, level, what, why, remedy, place }: LintEntry, codes: readonly string[]): object {
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[level],
    message: { text: [what, why, remedy].filter((text) => text !== undefined && text !== '').join('\n') },
    locations: place === undefined ? [] : [{ physicalLocation: physicalLocation(place) }],
    partialFingerprints: { 'runbook/v1': fingerprint(code, what, place) },
  };
}

function physicalLocation({ file, line, column, length }: Place): object {
  return {
    artifactLocation: isAbsolute(file)
      ? { uri: pathToFileURL(file).href }
      : { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' },
    region: {
      startLine: line,
      startColumn: column,
      ...(length === undefined ? {} : { endColumn: column + length }),
    },
  };
}

/**
 * Returns the fingerprint of a finding. It does not depend on the line, so that other changes of the file do not affect
 * it.
 */
export function fingerprint(code: string, what: string, place: Place | undefined): string {
  return createHash('sha256')
    .update([code, place?.file ?? '', what].join('\0'))
    .digest('hex')
    .slice(0, 32);
}
