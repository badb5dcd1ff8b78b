import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const LAUNCHER = join(import.meta.dirname, '../../bin/runbook.js');

test('the launcher names nothing of a builtin module that an old Node may lack', () => {
  // A name that is missing ends the program before it can say which Node it wants.
  const known = new Set(['spawn', 'existsSync', 'mkdirSync', 'readFileSync', 'homedir', 'join', 'fileURLToPath']);
  const names = [...readFileSync(LAUNCHER, 'utf8').matchAll(/^import \{ (.+) \} from 'node:/gm)].flatMap(([, list = '']) =>
    list.split(', '),
  );
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});
