import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Value } from '../../engine/values/base/value.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { entryOf, holds, rendered, resolved, roleScope, tasksOf } from './role-scope.ts';

const tasks = tasksOf('roles/apiserver/tasks/keys.yml');
const KEY_1 = { item: 'key1', value: 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=' };
const KEY_2 = { item: 'key-2026-11-30', value: 'YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI=' };
const OTHER_1 = { ...KEY_1, value: KEY_2.value };

interface Row {
  readonly what: string;
  /** The keys in the file of the host; undefined: there is no file. */
  readonly used: readonly Value[] | undefined;
  readonly own: readonly Value[];
  readonly passes: boolean;
}

const TABLE: readonly Row[] = [
  { what: 'the same key', used: [KEY_1], own: [KEY_1], passes: true },
  { what: 'a new host', used: undefined, own: [KEY_1], passes: true },
  { what: 'a rotation that adds a key', used: [KEY_1], own: [KEY_1, KEY_2], passes: true },
  { what: 'a rotation that removes a key', used: [KEY_2, KEY_1], own: [KEY_2], passes: true },
  { what: 'another key of the same name', used: [KEY_1], own: [OTHER_1], passes: false },
  {
    what: 'another key of the same name, as the second one',
    used: [KEY_2, KEY_1],
    own: [KEY_2, OTHER_1],
    passes: false,
  },
];

it.each(TABLE)('$what: $passes', async ({ used, own, passes }) => {
  const folder = temporaryFolder('runbook-keys-');
  if (used !== undefined) {
    const known = { pki_encryption_keys: { results: used } };
    const text = await rendered('encryption-config.yaml.hbs', { role: 'apiserver', known });
    writeFileSync(join(folder, 'encryption-config.yaml'), text);
  }
  const extra = { kubernetes_config_dir: folder };
  const query = resolved(
    entryOf(tasks.get('Digests of the keys in use') ?? expect.fail(), 'query'),
    await roleScope({ role: 'apiserver', extra }),
  );
  if (typeof query !== 'string') expect.fail('no text');
  const answer = execFileSync('sh', ['-c', query], { encoding: 'utf8' });
  expect(answer).not.toContain(KEY_1.value);
  const assertion = entryOf(tasks.get('The controller has the keys that are in use') ?? expect.fail(), 'assert');
  if (assertion?.kind !== 'map') expect.fail('no assertion');
  const lines = answer.split('\n').filter((line) => line !== '');
  const known = { pki_encryption_keys: { results: own }, apiserver_keys_in_use: { stdout_lines: lines } };
  expect(lines).toHaveLength(used?.length ?? 0);
  expect(holds(entryOf(assertion, 'that'), await roleScope({ role: 'apiserver', known, extra }))).toBe(passes);
});
