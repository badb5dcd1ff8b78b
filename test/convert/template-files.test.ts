import { expect, test } from 'vitest';
import type { ConvertedFile } from '../../engine/convert/base/outcome.ts';
import { templateNames } from '../../engine/convert/template-files.ts';

function template(path: string): ConvertedFile {
  return {
    path,
    newPath: path.replace(/j2$/, 'hbs'),
    kind: 'template',
    text: '',
    units: [],
    marks: [],
    problem: undefined,
  };
}

const FILES = ['templates/a.conf.j2', 'templates/sub/b.conf.j2', 'templates/sub/deep/c.ini.j2'].map(template);

test.each([
  ['templates/a.conf.j2', 'templates/a.conf.hbs'],
  ['*.conf.j2', '*.conf.hbs'],
  ['sub/*.j2', 'sub/*.hbs'],
  ['s?b/*.conf.j2', 's?b/*.conf.hbs'],
  ['templates/*/*.ini.j2', undefined],
  ['templates/*/*/*.ini.j2', 'templates/*/*/*.ini.hbs'],
  ['*.ini.j2', '*.ini.hbs'],
  ['*.toml.j2', undefined],
])('the template %s gets the name %s', (written, renamed) => {
  expect(templateNames(FILES, 'tasks/main.yml').renamed(written)?.text).toBe(renamed);
});

test('the time of a pattern with many wildcards grows with its length alone', () => {
  const long = [template(`templates/${'a'.repeat(200)}.conf.j2`)];
  expect(templateNames(long, 'tasks/main.yml').renamed(`templates/${'*a'.repeat(50)}*b.j2`)).toBeUndefined();
});
