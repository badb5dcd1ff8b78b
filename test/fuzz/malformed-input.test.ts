import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFacts } from '../../engine/connection/facts.ts';
import { BoundedOutput, FrameDecoder } from '../../engine/connection/frame.ts';
import { parseKnownHosts } from '../../engine/connection/known-hosts.ts';
import { parseSshG } from '../../engine/connection/ssh-config.ts';
import { Problem, Problems } from '../../engine/errors/problem.ts';
import { loadInventory } from '../../engine/inventory/load-inventory.ts';
import { Vault } from '../../engine/inventory/vault.ts';
import { parseExpression } from '../../engine/values/expression.ts';
import { parseTemplate } from '../../engine/values/template.ts';
import { readYaml } from '../../engine/values/yaml.ts';
import { load, withFiles } from '../playbook/written.ts';

// Malformed input gives a right result or a Problem with a place: never another error, and never a hang. The usual suite tries a few;
// RUNBOOK_FUZZ=20000 and RUNBOOK_SEED=N try that many from that seed.
const RUNS = Number(process.env['RUNBOOK_FUZZ'] ?? 300);
const SEED = Number(process.env['RUNBOOK_SEED'] ?? Date.now() % 1_000_000);
const ROOT = join(import.meta.dirname, '../..');

/** Real files of ours, to be damaged. */
const CORPUS = ['playbooks', 'inventory', 'inventory/group_vars', 'roles/etcd/tasks', 'roles/haproxy-keepalived/templates'].flatMap(
  (folder) =>
    readdirSync(join(ROOT, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(ROOT, folder, entry.name), 'utf8').slice(0, 4000)),
);
const SHARP = [
  '{{',
  '}}',
  '{{#if',
  '{{/if}}',
  '"',
  "'",
  '\\',
  '\n',
  '\t',
  '\0',
  ': ',
  '- ',
  '&a',
  '*a',
  '<<',
  '!vault',
  '!',
  '|',
  '>',
  '%',
  '@',
  '[',
  ']',
  '{',
  '}',
  '#',
  '~',
  '\u{1F600}',
  '\uD800',
  '__proto__',
  'constructor',
  '9e999',
  '0777',
  '--',
  '$(',
  '`',
  ';',
  ' '.repeat(50),
];

/** A text of the corpus with pieces taken out, doubled, swapped and put in; or sharp pieces only. */
const damaged = fc
  .tuple(
    fc.constantFrom(...CORPUS),
    fc.array(fc.tuple(fc.nat(4000), fc.nat(40), fc.constantFrom('', ...SHARP)), { minLength: 1, maxLength: 6 }),
    fc.array(fc.constantFrom(...SHARP), { maxLength: 25 }),
    fc.boolean(),
  )
  .map(([text, cuts, pieces, isPieces]) => {
    if (isPieces) return pieces.join('');
    return cuts.reduce(
      (left, [at, length, put]) => left.slice(0, at % (left.length + 1)) + put + left.slice((at % (left.length + 1)) + length),
      text,
    );
  });

const options = { numRuns: RUNS, seed: SEED };
const place = { file: 'fuzz.yml', line: 1, column: 1 };

/** Whatever it throws must be for the user. */
function toldOrRight(error: unknown): void {
  if (error instanceof Problem || error instanceof Problems) return;
  throw error;
}

describe(`damaged input is told or taken (RUNBOOK_SEED=${SEED})`, () => {
  test.each<[string, (text: string) => unknown]>([
    ['YAML', (text) => readYaml(text, 'fuzz.yml')],
    ['a template', (text) => parseTemplate(text, place)],
    ['an expression', (text) => parseExpression(text, place)],
    ['known_hosts', (text) => parseKnownHosts(text, 'known_hosts')],
    ['the answer of ssh -G', (text) => parseSshG(text, 'host')],
    ['the greeting of a host', (text) => decodeFacts(text)],
  ])('%s', (_what, take) => {
    fc.assert(
      fc.property(damaged, (text) => {
        try {
          take(text);
        } catch (error) {
          toldOrRight(error);
        }
      }),
      options,
    );
  });

  test('a frame, however it is damaged and cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), fc.boolean(), (chunks, isWhole) => {
        const output = new BoundedOutput(100);
        const decoder = new FrameDecoder('_m', (data) => output.add(data));
        if (isWhole) decoder.write(Buffer.from('_m{'));
        for (const chunk of chunks) if (!decoder.done) decoder.write(Buffer.from(chunk));
        if (isWhole && !decoder.done) expect(decoder.write(Buffer.from('_m}0\n'))).toBe(true);
        expect(output.content().length).toBeLessThanOrEqual(100);
      }),
      options,
    );
  });

  test('a playbook', async () => {
    const property = fc.asyncProperty(damaged, async (text) => {
      await withFiles({ 'site.yml': text }, (folder) => load(folder)).catch(toldOrRight);
    });
    await fc.assert(property, { ...options, numRuns: Math.ceil(RUNS / 2) });
  });

  test.each(['hosts.yml', 'hosts'])('an inventory, %s', async (name) => {
    const property = fc.asyncProperty(damaged, async (text) => {
      await withFiles({ [name]: text }, (folder) => loadInventory([join(folder, name)], [], new Vault([]))).catch(toldOrRight);
    });
    await fc.assert(property, { ...options, numRuns: Math.ceil(RUNS / 4) });
  });
});
