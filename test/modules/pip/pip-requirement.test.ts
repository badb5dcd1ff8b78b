import { expect, test } from 'vitest';
import { isFulfilled, requirement, requirementsIn } from '../../../engine/modules/pip/pip-requirement.ts';

const INSTALLED = { django: '4.2.1', 'zope-interface': '6.0' };

test.for([
  ['Django', true],
  ['django==4.2.1', true],
  ['django ~= 4.1', true],
  ['django[bcrypt]>=4,<5', true],
  ['django>5', false],
  ['Zope.Interface', true],
  ['zope_interface', true],
  ['flask', false],
  ['flask; python_version < "3.0"', undefined],
  ['django>5; python_version > "3.0"', undefined],
  ['git+https://example.org/app.git', undefined],
  ['/srv/app', undefined],
  ['./app.whl', undefined],
  ['app @ https://example.org/app.whl', undefined],
] as const)('%s is fulfilled: %s', ([text, expected]) => {
  expect(isFulfilled(requirement(text), INSTALLED)).toBe(expected);
});

test.for([
  ['# all\nflask==2.0  # web\n\ndjango\n', ['flask==2.0', 'django']],
  ['--index-url https://x/\n-i https://x/\nflask\n', ['flask']],
  ['flask==2.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\r\n', ['flask==2.0']],
  ['-r other.txt\nflask\n', undefined],
  ['-e .\n', undefined],
] as const)('%j has the packages %j', ([content, expected]) => {
  expect(requirementsIn(content)?.map(({ text }) => text)).toEqual(expected);
});
