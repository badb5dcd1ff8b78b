import { describe, expect, test } from 'vitest';
import { type IniWish, editIni } from '../../../engine/modules/edit/ini-edit.ts';

const WISH: IniWish = {
  section: 'a',
  having: [],
  option: 'x',
  values: ['1'],
  state: 'present',
  exclusive: true,
  separator: ' = ',
  ignoreSpaces: false,
  allowNoValue: false,
  usesInactive: true,
};
const ABSENT = { state: 'absent', values: [] } as const;

type Case = readonly [what: string, before: string, wish: Partial<IniWish>, after: string];

const CASES: readonly Case[] = [
  ['a missing file gets section and option', '', {}, '[a]\nx = 1\n'],
  ['a missing section comes at the end', '[b]\ny = 1\n', {}, '[b]\ny = 1\n[a]\nx = 1\n'],
  ['an option is set', '[a]\nx = 2\n', {}, '[a]\nx = 1\n'],
  ['without blanks', '[a]\nx = 1\n', { separator: '=' }, '[a]\nx=1\n'],
  ['blanks that do not count', '[a]\n  x=1\n', { ignoreSpaces: true }, '[a]\n  x=1\n'],
  ['blanks in the name of the section', '[ a ]\nx = 2\n', {}, '[ a ]\nx = 1\n'],
  [
    'an option is added behind the last one, before comments and empty lines',
    '[a]\ny = 1\n\n; end\n[b]\n',
    {},
    '[a]\ny = 1\nx = 1\n\n; end\n[b]\n',
  ],
  [
    'another section keeps its option',
    '[b]\nx = 2\n[a]\nx = 3\n[c]\nx = 4\n',
    {},
    '[b]\nx = 2\n[a]\nx = 1\n[c]\nx = 4\n',
  ],
  ['a longer name is another option', '[a]\nxx = 2\n', {}, '[a]\nxx = 2\nx = 1\n'],
  ['a name that is an expression', '[a]\nx.y = 2\nxzy = 2\n', { option: 'x.y' }, '[a]\nx.y = 1\nxzy = 2\n'],
  ['a comment with a value becomes the option', '[a]\n;x = 2\n', {}, '[a]\nx = 1\n'],
  ['a comment that is to stay', '[a]\n;x = 2\n', { usesInactive: false }, '[a]\nx = 1\n;x = 2\n'],
  ['a comment that only begins with the name', '[a]\n; x\n# x is\n', {}, '[a]\nx = 1\n; x\n# x is\n'],
  ['other lines of the option go', '[a]\nx = 2\nx = 1\n#x = 3\n', {}, '[a]\nx = 1\n'],
  ['other lines of the option stay', '[a]\nx = 2\n', { exclusive: false }, '[a]\nx = 2\nx = 1\n'],
  ['several values', '[a]\nx = 3\n', { values: ['1', '2', '1'] }, '[a]\nx = 1\nx = 2\n'],
  ['an option without a value', '[a]\nx = 2\n', { values: [], allowNoValue: true }, '[a]\nx\n'],
  ['a new option without a value', '[a]\n', { values: [], allowNoValue: true }, '[a]\nx\n'],
  ['before the first section', '# head\ny = 1\n[a]\n', { section: undefined }, '# head\ny = 1\nx = 1\n[a]\n'],
  ['no section at all', '', { section: undefined }, 'x = 1\n'],
  ['a section alone', 'y = 1\n', { option: undefined, values: [] }, 'y = 1\n[a]\n'],
  ['a missing line end', '[a]\nx = 1', {}, '[a]\nx = 1\n'],
  ['line ends of Windows', '[a]\r\ny = 1\r\nx=2\r\n', {}, '[a]\r\ny = 1\r\nx = 1\r\n'],
  ['a new line among them', '[a]\r\ny = 1\r\n', {}, '[a]\r\ny = 1\r\nx = 1\r\n'],
  ['a mark of the byte order', '\ufeff[a]\nx = 2\n', {}, '[a]\nx = 1\n'],
  ['an option goes with every value', '[a]\nx = 1\nx = 2\n;x = 3\ny = 1\n', ABSENT, '[a]\n;x = 3\ny = 1\n'],
  ['one value goes', '[a]\nx = 1\nx = 2\n', { ...ABSENT, values: ['1'], exclusive: false }, '[a]\nx = 2\n'],
  ['a section goes', '[b]\ny = 1\n[a]\nx = 1\n[c]\n', { ...ABSENT, option: undefined }, '[b]\ny = 1\n[c]\n'],
  ['what is not there need not go', '[b]\n', ABSENT, '[b]\n'],
  [
    'the section that has a value',
    '[a]\nid = 1\nx = 8\n[a]\nid = 2\nx = 8\n',
    { having: [{ option: 'id', values: ['2'] }] },
    '[a]\nid = 1\nx = 8\n[a]\nid = 2\nx = 1\n',
  ],
  [
    'a new one, with that value',
    '[a]\nid = 1\n',
    { having: [{ option: 'id', values: ['3'] }] },
    '[a]\nid = 1\n[a]\nid = 3\nx = 1\n',
  ],
];

describe('an edit of a file of sections', () => {
  test.for(CASES)('%s', ([, before, wish, after]) => {
    const edited = editIni(before, { ...WISH, ...wish });
    expect(edited).toBe(after);
    expect(editIni(edited, { ...WISH, ...wish })).toBe(edited);
  });
});
