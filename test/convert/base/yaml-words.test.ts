import { expect, test } from 'vitest';
import { convertProject } from '../../../engine/convert/project.ts';
import { modules } from '../../../engine/modules/base/catalogue.ts';

test.each([
  ['1_000', '1000'],
  ['1:30', '90'],
  ['12:30:45', '45045'],
  ['1:30.5', '90.5'],
  ['0b101', '5'],
  ['0x1_F', '31'],
  ['-0x1F', '-31'],
  ['-0644', '-420'],
  ['1_0.5', '10.5'],
  ['1e3', '"1e3"'],
  ['1.0e3', '"1.0e3"'],
  ['1e+3', '"1e+3"'],
  ['0o644', '"0o644"'],
  ['+089', '"+089"'],
  ['-.5', '"-.5"'],
  ['.5', '.5'],
  ['1.0e+3', '1.0e+3'],
  ['0x1F', '0x1F'],
  ['1.10', '1.10'],
  ['80:80', '80:80'],
  ['00:11:22', '00:11:22'],
  ['10.0.0.1', '10.0.0.1'],
  ['12-30', '12-30'],
  ['2024-01-02', '2024-01-02'],
])('%s without quotes becomes %s', async (before, after) => {
  const { files } = await convertProject([{ path: 'defaults/main.yml', text: `a: ${before}\n` }], modules);
  expect(files[0]?.text).toBe(`a: ${after}\n`);
});
