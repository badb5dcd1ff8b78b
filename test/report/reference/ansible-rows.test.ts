import { describe, expect, test } from 'vitest';
import { modules } from '../../../engine/modules/base/catalogue.ts';
import { ansibleRows, rowsAbout } from '../../../engine/report/reference/ansible-rows.ts';

const all = await Promise.all(modules.names().map((name) => modules.module(name)));
const rows = ansibleRows(all);

test('each word is there once, with something to write', () => {
  const words = rows.map(({ kind, name }) => `${kind} ${name}`);
  expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  expect(rows.filter(({ here }) => here === '')).toEqual([]);
});

describe('a word is found, itself first', () => {
  test.each([
    ['length', 'filter', '`xs | length` is `size(xs)` or `{{length xs}}`.'],
    ['with_items', 'keyword', /^The same\. Write loop:/],
    ['flatten', 'filter', /^A function of the same name: `\[.*flatten\(.*` or `\{\{flatten .*\}\}`\.$/],
    ['defined', 'test', /defined\(s\)/],
    ['ansible_os_family', 'fact', /^The same, and facts\.os\.family/],
    ['omit', 'variable', /It is here too/],
    ['apt', 'module', 'Another name of package, which is taken.'],
    ['modprobe', 'module', 'Another name of kernel_module with persistent: false, which is taken.'],
    ['pamd', 'module', /^Write replace/],
    ['get_mime', 'argument', /\(false is taken\.\)$/],
    ['force_apt_get', 'argument', /\(It is taken\.\)$/],
    ['createhome', 'argument', 'Another name of create_home, which is taken.'],
    ['--check', 'option', /^Write runbook plan/],
    ['env', 'lookup', /^Write \{\{get_env "NAME"\}\}/],
  ])('%s', (word, kind, here) => {
    const [first] = rowsAbout(rows, word).filter((row) => row.kind === kind);
    expect(first?.here).toMatch(here);
  });
});
