import { expect, test } from 'vitest';
import { unindented } from '../../../engine/resources/base/unindented.ts';

test('only spaces at the beginning of lines are left out', () => {
  expect(unindented('f() {\n  case $1 in  a) echo " b" ;;\n    esac\n\n}')).toBe(
    'f() {\ncase $1 in  a) echo " b" ;;\nesac\n\n}',
  );
});
