import { describe, expect, test } from 'vitest';
import { parseExpression } from '../../../engine/values/expression/expression.ts';
import { parseTemplate } from '../../../engine/values/template/template.ts';
import { problemOf } from '../variables.ts';

const place = { file: 'site.yml', line: 1, column: 1 };

const NEVER: [expression: string, what: string, remedy: string][] = [
  ['facts.os.family == "Debian"', 'facts.os.family is never "Debian"', 'Write "debian".'],
  ['"Debian" != facts.os.family', 'facts.os.family is never "Debian"', 'Write "debian".'],
  ['facts.os.family in ["debian", "RedHat"]', 'facts.os.family is never "RedHat"', 'Write "redhat".'],
  ['facts.architecture == "arm64"', 'facts.architecture is never "arm64"', 'Write "aarch64".'],
  ['facts.package_manager == "dnf5"', 'facts.package_manager is never "dnf5"', 'Write "dnf".'],
  ['facts.os.family.startsWith("Deb")', 'facts.os.family never begins with "Deb"', 'Write "deb".'],
  [
    'facts.os.family.startsWith("ubuntu")',
    'facts.os.family never begins with "ubuntu"',
    'Write a part of one of these.',
  ],
  ['facts.os.distribution.contains("Ubuntu")', 'facts.os.distribution never holds "Ubuntu"', 'Write "ubuntu".'],
  ['facts.os.codename.endsWith("Worm")', 'facts.os.codename never ends with "Worm"', 'Write "worm".'],
  ['facts.os.distribution.matches("^Ubuntu")', 'facts.os.distribution never begins with "Ubuntu"', 'Write "ubuntu".'],
  ['facts.os.family.lower() == "Debian"', 'The result of lower() is never "Debian"', 'Write "debian".'],
  ['x.upper() == "Debian"', 'The result of upper() is never "Debian"', 'Write "DEBIAN".'],
  ['hostvars["a"].facts.os.family == "Debian"', 'facts.os.family is never "Debian"', 'Write "debian".'],
  ['hostvars[h].facts.os.family == "Debian"', 'facts.os.family is never "Debian"', 'Write "debian".'],
  ['hosts.exists(h, hostvars[h].facts.init == "sysvinit")', 'facts.init is never "sysvinit"', 'Write one of these.'],
];

describe('an expression about a fact that can never be true is an error', () => {
  test.each(NEVER)('%s', (expression, what, remedy) => {
    expect(problemOf(() => parseExpression(expression, place))).toMatchObject({ code: 'never-true', what, remedy });
  });
});

test('a fact of another host that there is not is an error', () => {
  const { what } = problemOf(() => parseExpression('hostvars[h].facts.os.famly == "debian"', place));
  expect(what).toBe('There is no fact "os.famly"');
});

test.each([
  'facts.os.family == "debian"',
  'facts.os.family.startsWith("deb")',
  'facts.os.family.matches("^(Debian|debian)$")',
  'facts.os.distribution.matches("^[A-Z]")',
  'facts.hostname.startsWith("Web")',
  'facts.kernel.contains("PREEMPT")',
  'facts.architecture.startsWith("arm")',
  'x.lower() == "debian"',
  'hostvars[h].os.family == "Debian"',
  'hostvars[h].facts.os.family == x',
])('%s may be true', (expression) => {
  expect(() => parseExpression(expression, place)).not.toThrow();
});

const TEMPLATES: [template: string, what: string][] = [
  ['{{#if (eq facts.os.family "Debian")}}x{{/if}}', 'facts.os.family is never "Debian"'],
  ['{{ne "Debian" facts.os.family}}', 'facts.os.family is never "Debian"'],
  ['{{starts_with facts.os.codename "Book"}}', 'facts.os.codename never begins with "Book"'],
  ['{{ends_with facts.os.family "Hat"}}', 'facts.os.family never ends with "Hat"'],
  ['{{contains facts.os.distribution "Ubuntu"}}', 'facts.os.distribution never holds "Ubuntu"'],
  ['{{contains (list "debian" "RedHat") facts.os.family}}', 'facts.os.family is never "RedHat"'],
];

test.each(TEMPLATES)('%s can never be true', (template, what) => {
  expect(problemOf(() => parseTemplate(template, place))).toMatchObject({ code: 'never-true', what });
});

test.each([
  '{{starts_with facts.os.family "deb"}}',
  '{{contains (list "debian") facts.os.family}}',
  '{{contains "Debian" x}}',
])('%s may be true', (template) => {
  expect(() => parseTemplate(template, place)).not.toThrow();
});
