import { expect, test } from 'vitest';
import { settingName, settingText, settingValue } from '../../../engine/modules/sql/postgresql-settings.ts';

test.each([
  ['work_mem', '8MB', "'8MB'", '8MB'],
  ['autovacuum', true, "'true'", 'true'],
  ['application_name', "it's, a", "'it''s, a'", "it's, a"],
  ['search_path', 'a, "B c",$user', "'a', 'B c', '$user'", 'a, "B c", "$user"'],
  ['search_path', '"a""b"', "'a\"b'", '"a""b"'],
  ['Temp_Tablespaces', ' one ', "'one'", 'one'],
] as const)('%s: %s', (name, value, sql, stored) => {
  expect([settingValue(name, value), settingText(name, value)]).toEqual([sql, stored]);
});

test('the name of a setting of an extension has two parts', () => {
  expect(settingName('pgaudit.log')).toBe('"pgaudit"."log"');
});
