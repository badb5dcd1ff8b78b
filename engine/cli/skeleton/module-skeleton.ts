import { Problem } from '../../errors/problem.ts';
import type { Skeleton } from './role-skeleton.ts';

/**
 * A module that sets one line of a file, and its test, as an example to replace. `name` is a letter, then letters,
 * digits or `_`. Throws Problem for any other name.
 */
export function moduleSkeleton(name: string): Skeleton {
  if (!/^[a-z][a-z0-9_]*$/.test(name))
    throw new Problem({
      code: 'module-name',
      what: `"${name}" cannot be the name of a module`,
      why: 'Tasks name it as a key.',
      remedy: 'Begin with a small letter, then write small letters, digits or _, such as motd_line.',
    });
  return new Map([
    [`modules/${name}.ts`, moduleFile(name)],
    [`modules/${name}.test.ts`, testFile(name)],
  ]);
}

function moduleFile(name: string): string {
  return `import { type Outcome, argument, defineModule, editOutcome, editText, textNeeds, z } from 'runbook/module';

const schema = z.strictObject({
  path: argument.path().describe('The file.'),
  line: argument.filledText().describe('The line that it must have.'),
});

/** Sets one line of a file. \`observes\` says what to look at; \`plan\` compares it with what is wanted. Both change nothing. */
export const module = defineModule<z.infer<typeof schema>>({
  name: '${name}',
  summary: 'Make sure that a file has a line.',
  arguments: schema,
  examples: ['${name}: { path: /etc/motd, line: Welcome }'],
  observes: ({ path }) => textNeeds(path),
  plan: ({ path, line }, _loaded, seen, context): Outcome => {
    const edit = editText(path, (text) => withLine(text, line), { seen, context });
    return edit.kind === 'edit' ? editOutcome(path, edit, { path }, seen) : edit;
  },
});

function withLine(text: string, line: string): string {
  if (text.split('\\n').includes(line)) return text;
  return \`\${text}\${text === '' || text.endsWith('\\n') ? '' : '\\n'}\${line}\\n\`;
}
`;
}

function testFile(name: string): string {
  return `import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { load, plan, play } from 'runbook';

// Run it: node --test 'modules/*.test.ts'
test('${name} plans a line, adds it, and has nothing to do the second time', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), '${name}-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'file');
  writeFileSync(file, 'first');
  const site = join(folder, 'site.yml');
  writeFileSync(site, \`- hosts: localhost\\n  tasks:\\n    - ${name}: { path: \${file}, line: second }\\n\`);

  const loaded = await load(site, { modules: [import.meta.dirname], trust: true });
  assert.equal((await plan(loaded)).changed, 1);
  assert.equal(readFileSync(file, 'utf8'), 'first');
  assert.equal((await play(loaded)).changed, 1);
  assert.equal(readFileSync(file, 'utf8'), 'first\\nsecond\\n');
  assert.equal((await play(loaded)).changed, 0);
});
`;
}
