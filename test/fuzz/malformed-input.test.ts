import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BoundedOutput } from '../../engine/connection/shell/bounded-output.ts';
import { decodeFacts } from '../../engine/connection/shell/facts.ts';
import { FrameDecoder } from '../../engine/connection/shell/frame-decoder.ts';
import { parseSshG, readConfig } from '../../engine/connection/ssh-config/ssh-config.ts';
import { parseKnownHosts } from '../../engine/connection/ssh/known-hosts.ts';
import { Problem, Problems } from '../../engine/errors/problem.ts';
import { loadInventory } from '../../engine/inventory/load-inventory.ts';
import { authorizedKeysRequest } from '../../engine/resources/authorized-keys.ts';
import { composeObservation } from '../../engine/resources/base/observation.ts';
import { bootRequest } from '../../engine/resources/boot.ts';
import { crontabRequest } from '../../engine/resources/crontab.ts';
import { file } from '../../engine/resources/file.ts';
import { groupRequest } from '../../engine/resources/group.ts';
import { hostnameRequest } from '../../engine/resources/hostname.ts';
import { initServiceRequest } from '../../engine/resources/init-service.ts';
import { kernelModuleRequest } from '../../engine/resources/kernel-module.ts';
import { mountRequest } from '../../engine/resources/mount.ts';
import { packageRequest } from '../../engine/resources/package.ts';
import { probe } from '../../engine/resources/probe.ts';
import { selinuxRequest } from '../../engine/resources/selinux.ts';
import { swapRequest } from '../../engine/resources/swap.ts';
import { sysctlRequest } from '../../engine/resources/sysctl.ts';
import { managerRequest } from '../../engine/resources/unit-manager.ts';
import { unitRequest } from '../../engine/resources/unit.ts';
import { userRequest } from '../../engine/resources/user.ts';
import { parseExpression } from '../../engine/values/expression/expression.ts';
import { parseTemplate } from '../../engine/values/template/template.ts';
import { readYaml } from '../../engine/values/yaml/yaml.ts';
import { Vault } from '../../engine/vault/vault.ts';
import { load, withFiles } from '../playbook/written.ts';
import { snapshot } from '../ssh/crash-play.ts';

// Malformed input must give a correct result or a Problem with a place: never another error, and never an endless run.
// The usual suite tries a few inputs; RUNBOOK_FUZZ=20000 and RUNBOOK_SEED=N try that many from that seed.
const RUNS = Number(process.env['RUNBOOK_FUZZ'] ?? 300);
const SEED = Number(process.env['RUNBOOK_SEED'] ?? Date.now() % 1_000_000);
const ROOT = join(import.meta.dirname, '../..');

/** Real files of this repository, to be damaged. */
const CORPUS = [
  'playbooks',
  'inventory',
  'inventory/group_vars',
  'roles/etcd/tasks',
  'roles/haproxy-keepalived/templates',
].flatMap((folder) =>
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

/** A text of the corpus with pieces removed, doubled, swapped and inserted; or only special characters. */
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
      (left, [at, length, put]) =>
        left.slice(0, at % (left.length + 1)) + put + left.slice((at % (left.length + 1)) + length),
      text,
    );
  });

const options = { numRuns: RUNS, seed: SEED };
const place = { file: 'fuzz.yml', line: 1, column: 1 };

/** Every thrown error must be for the user. */
function toldOrRight(error: unknown): void {
  if (error instanceof Problem || error instanceof Problems) return;
  throw error;
}

/** A working folder, a home and a folder for temporary files. Only the tests' own folders may be touched in them. */
const before = { folder: process.cwd(), home: process.env['HOME'], temporary: process.env['TMPDIR'] };
let sentinel: string;
let untouched: ReadonlyMap<string, string>;
beforeAll(async () => {
  sentinel = mkdtempSync(join(tmpdir(), 'fuzz-sentinel-'));
  for (const name of ['work', 'home', 'temporary']) {
    mkdirSync(join(sentinel, name));
    writeFileSync(join(sentinel, name, 'site.yml'), 'as it was\n');
  }
  process.chdir(join(sentinel, 'work'));
  process.env['HOME'] = join(sentinel, 'home');
  process.env['TMPDIR'] = join(sentinel, 'temporary');
  untouched = await snapshot(sentinel);
});
afterAll(async () => {
  process.chdir(before.folder);
  process.env['HOME'] = before.home;
  if (before.temporary === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before.temporary;
  const found = await snapshot(sentinel);
  rmSync(sentinel, { recursive: true });
  expect(Object.fromEntries(found), 'something was written outside the working folder').toEqual(
    Object.fromEntries(untouched),
  );
});

describe(`damaged input is told or taken (RUNBOOK_SEED=${SEED})`, () => {
  test.each<[string, (text: string) => unknown]>([
    ['YAML', (text) => readYaml(text, 'fuzz.yml')],
    ['a template', (text) => parseTemplate(text, place)],
    ['an expression', (text) => parseExpression(text, place)],
    ['known_hosts', (text) => parseKnownHosts(text, 'known_hosts')],
    ['the answer of ssh -G', (text) => readConfig(parseSshG(text), parseSshG(''), 'host')],
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
});

describe(`damaged answers of hosts are told or taken (RUNBOOK_SEED=${SEED})`, () => {
  /** Kinds of resources, and the answer of this machine to requests for all of them. */
  const LOOKED_AT = [
    file('/etc/hostname', 'content'),
    file('/etc', 'attributes'),
    file('/nowhere', 'digest'),
    probe('echo out; echo err >&2; exit 3'),
    unitRequest('a.service'),
    managerRequest(),
    packageRequest('sh', { candidate: true, versioned: false, declared: false }),
    userRequest('root', { shadow: true }),
    groupRequest('root'),
    mountRequest('/', undefined),
    sysctlRequest('net.core.somaxconn'),
    swapRequest(),
    hostnameRequest(),
    crontabRequest('root'),
    kernelModuleRequest('a'),
    authorizedKeysRequest('root'),
    bootRequest(),
    selinuxRequest(),
    initServiceRequest('a'),
  ];
  test('the answer of a host that is looked at', () => {
    const { decode, script } = composeObservation(LOOKED_AT, 'f00f00f00f00');
    const { stdout: whole, stderr } = spawnSync('sh', ['-c', script], { maxBuffer: 64 * 1024 * 1024 });
    // The undamaged answer is decoded without an error.
    expect(decode({ status: 0, stdout: whole, stderr }).size).toBe(LOOKED_AT.length);
    const cuts = fc.array(
      fc.tuple(fc.nat(), fc.nat(60), fc.oneof(fc.constantFrom('', ...SHARP), fc.string({ maxLength: 20 }))),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(cuts, (pieces) => {
        const answer = pieces.reduce((left, [at, length, put]) => {
          const from = at % (left.length + 1);
          return Buffer.concat([left.subarray(0, from), Buffer.from(put), left.subarray(from + length)]);
        }, whole);
        try {
          decode({ status: 0, stdout: answer, stderr });
        } catch (error) {
          toldOrRight(error);
        }
      }),
      options,
    );
  });
});

describe(`damaged files are told or taken (RUNBOOK_SEED=${SEED})`, () => {
  test('a playbook', async () => {
    const property = fc.asyncProperty(damaged, async (text) => {
      await withFiles({ 'site.yml': text }, (folder) => load(folder)).catch(toldOrRight);
    });
    await fc.assert(property, { ...options, numRuns: RUNS });
  });

  test.each(['hosts.yml', 'hosts'])('an inventory, %s', async (name) => {
    const property = fc.asyncProperty(damaged, async (text) => {
      await withFiles({ [name]: text }, (folder) => loadInventory([join(folder, name)], [], new Vault([]))).catch(
        toldOrRight,
      );
    });
    await fc.assert(property, { ...options, numRuns: RUNS });
  });
});
