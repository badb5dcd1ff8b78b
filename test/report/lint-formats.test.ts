import { execFileSync } from 'node:child_process';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { lintCodeClimate, lintGitHub, lintJUnit } from '../../engine/report/lint/lint-ci.ts';
import type { LintEntry, LintReport } from '../../engine/report/lint/lint-entry.ts';
import { lintJson } from '../../engine/report/lint/lint-json.ts';
import { lintSarif } from '../../engine/report/lint/lint-sarif.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { sarifSchema } from './sarif-schema.ts';

const NOTHING = { why: undefined, remedy: undefined, summary: undefined, place: undefined, isFixable: false };
const ENTRIES: readonly LintEntry[] = [
  {
    ...NOTHING,
    level: 'error',
    code: 'unknown-module',
    what: 'There is no module "a<b>&\'c"',
    why: 'first\nsecond 100%',
    place: { file: 'playbooks/ä b,c.yml', line: 3, column: 7, length: 5 },
  },
  {
    ...NOTHING,
    level: 'warning',
    code: 'latest-version',
    what: 'hunter2secret and \u001b[31m',
    remedy: 'Write state: present.',
    summary: 'A package with state: latest',
    place: { file: '/srv/other/site.yml', line: 1, column: 1 },
    isFixable: true,
  },
  { ...NOTHING, level: 'advice', code: 'unnamed-task', what: 'The task has no name', summary: 'A task without a name' },
];
const REPORT: LintReport = { files: ['playbooks/ä b,c.yml', 'clean.yml'], entries: ENTRIES, isStrict: false };
Secret.of('hunter2secret');

test('SARIF holds to its schema, 2.1.0', async () => {
  const { $schema: _draft, id: _id, ...schema } = await sarifSchema();
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
  const log = JSON.parse(lintSarif(REPORT, '1.2.3'));
  expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
  expect(log.runs[0].results[0].locations[0].physicalLocation).toEqual({
    artifactLocation: { uri: 'playbooks/%C3%A4%20b%2Cc.yml', uriBaseId: '%SRCROOT%' },
    region: { startLine: 3, startColumn: 7, endColumn: 12 },
  });
  expect(validate({ ...log, version: '2.0.0' })).toBe(false);
});

/** Reads the XML with a parser. */
const READ = `
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
failures = [case.find("failure") for case in root.iter("testcase")]
print(json.dumps({
  "counted": root.get("failures"),
  "cases": [case.get("classname") + " " + case.get("name") for case in root.iter("testcase")],
  "failures": [[one.get("message"), one.text] for one in failures if one is not None],
}))`;

function readXml(report: LintReport): unknown {
  return JSON.parse(execFileSync('python3', ['-c', READ], { input: lintJUnit(report), encoding: 'utf8' }));
}

test('JUnit is XML: errors fail, warnings are output unless they count, clean playbooks pass', () => {
  const wrong = ['There is no module "a<b>&\'c"', 'There is no module "a<b>&\'c"\nfirst\nsecond 100%'];
  expect(readXml(REPORT)).toEqual({
    counted: '1',
    cases: [
      'playbooks/ä b,c.yml unknown-module playbooks/ä b,c.yml:3:7',
      '/srv/other/site.yml latest-version /srv/other/site.yml:1:1',
      'runbook unnamed-task',
      'clean.yml lint',
    ],
    failures: [wrong],
  });
  expect(readXml({ ...REPORT, isStrict: true })).toMatchObject({
    counted: '2',
    failures: [wrong, ['******** and \\x1b[31m', expect.stringContaining('Write state: present.')]],
  });
});

test('GitHub: one command a line, escaped as it asks for', () => {
  expect(lintGitHub(REPORT).split('\n')).toEqual([
    '::error file=playbooks/ä b%2Cc.yml,line=3,col=7,title=unknown-module::There is no module "a<b>&\'c"%0Afirst%0Asecond 100%25',
    '::warning file=/srv/other/site.yml,line=1,col=1,title=latest-version::******** and \\x1b[31m%0AWrite state: present.',
    '::notice title=unnamed-task::The task has no name',
    '',
  ]);
});

test('Code Climate: each issue has its own fingerprint, which does not go by the line', () => {
  const first = ENTRIES[0];
  if (first === undefined) throw new Error('no entry');
  const moved = { ...first, place: { file: 'playbooks/ä b,c.yml', line: 99, column: 1 } };
  const issues = JSON.parse(lintCodeClimate({ ...REPORT, entries: [first, moved] }));
  expect(issues[0]).toMatchObject({
    check_name: 'unknown-module',
    severity: 'critical',
    location: { path: 'playbooks/ä b,c.yml', lines: { begin: 3 } },
  });
  expect(issues[1].fingerprint).toBe(`${issues[0].fingerprint}-1`);
});

test('JSON has counts and findings with places; secrets are masked', () => {
  const json = JSON.parse(lintJson(REPORT));
  expect(json.counts).toEqual({ error: 1, warning: 1, advice: 1 });
  expect(json.findings[1]).toMatchObject({
    code: 'latest-version',
    line: 1,
    what: '******** and \u001b[31m',
    fixable: true,
  });
  expect(lintJson(REPORT)).not.toContain('hunter2secret');
});

test('nothing found: each format is still whole', () => {
  const empty: LintReport = { files: ['a.yml'], entries: [], isStrict: true };
  expect(JSON.parse(lintSarif(empty, '1.2.3')).runs[0].results).toEqual([]);
  expect(JSON.parse(lintCodeClimate(empty))).toEqual([]);
  expect(lintGitHub(empty)).toBe('');
  expect(lintJUnit(empty)).toContain('failures="0"');
});
