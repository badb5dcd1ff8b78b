import { expect, test } from 'vitest';
import { readModuleMap } from '../../engine/convert/module-map.ts';
import { convertProject } from '../../engine/convert/project.ts';
import { Problem } from '../../engine/errors/problem.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';

const MAP = `acme_service: { module: systemd, arguments: { unit: name, running: state, retries: null } }
acme.tools.license: { module: license, arguments: { key: text } }
`;

test.each([
  [
    'new names, arguments that are left out, and others',
    '- acme_service:\n    unit: a\n    retries: "{{ n | int }}"\n    enabled: yes\n    running: started\n  when: b is defined\n',
    '- systemd:\n    name: a\n    enabled: true\n    state: started\n  when: defined(b)\n',
  ],
  [
    'arguments in one text',
    '- acme_service: unit=a retries=3 enabled=yes\n',
    '- systemd:\n    name: a\n    enabled: true\n',
  ],
  ['one argument in one text, with another name', '- acme_service: unit=a\n', '- systemd:\n    name: a\n'],
  [
    'arguments in braces',
    '- { acme_service: { retries: 3, unit: "{{ a | lower }}", enabled: no } }\n',
    '- { systemd: { name: "{{lower a}}", enabled: false } }\n',
  ],
  [
    'a module of one’s own',
    '- acme.tools.license:\n    key: "{{ a | upper }}"\n    other: yes\n',
    '- license:\n    text: "{{upper a}}"\n    other: true\n',
  ],
  [
    'an argument that the module does not have',
    '- acme_service: { unit: a, other: 1 }\n',
    '# convert: by hand: systemd has no argument other. `runbook docs systemd` lists the arguments.\n- systemd: { name: a, other: 1 }\n',
  ],
])('%s', async (_what, text, after) => {
  const mapped = readModuleMap(MAP, 'map.yml');
  const once = await convertProject([{ path: 'tasks/main.yml', text }], modules, { mapped });
  expect(once.files[0]?.text).toBe(after);
  const again = await convertProject([{ path: 'tasks/main.yml', text: after }], modules, { mapped });
  expect(again.files[0]?.text).toBe(after);
});

test('an empty file maps nothing', () => {
  expect(readModuleMap('# later\n', 'map.yml').size).toBe(0);
});

test.each([
  ['- a\n', 1, 1, 'a map of modules'],
  ['a: b\n', 1, 4, 'a map of modules'],
  ['a: {}\n', 1, 4, 'the name of a module'],
  ['a: { module: [b] }\n', 1, 14, 'the name of a module'],
  ['a: { module: b c }\n', 1, 14, 'the name of a module'],
  ['a: { module: b, args: {} }\n', 1, 17, 'module and arguments, and not args'],
  ['a:\n  module: b\n  arguments: { c: 1 }\n', 3, 19, 'the name of an argument, or null'],
])('%j is wrong', (text, line, column, what) => {
  const told = (): string | undefined => {
    try {
      readModuleMap(text, 'map.yml');
      return undefined;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return `${error.code} ${error.place?.line}:${error.place?.column} ${error.what}`;
    }
  };
  expect(told()).toBe(`module-map ${line}:${column} Here must be ${what}`);
});
