import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, afterAll } from 'vitest';
import { MASKED } from './encodings.ts';
import { type Project, outputsOfRuns } from './outputs.ts';
import { ARGS, canaryProject } from './project.ts';
import { ELSEWHERE, SHAPES, TYPED } from './shapes.ts';

/**
 * Secrets of every shape and from every place are used in every way that a playbook has, and programs print them in
 * every form that is masked. No output of any command may show a part of them.
 */
const folder = mkdtempSync(join(tmpdir(), 'canary-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TRACES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...SHAPES.map(({ value, secrets }) => [String(value), (secrets ?? [String(value)]).flatMap(tracesOf)] as const),
  ...[...Object.values(ELSEWHERE), 'Cnry39-set-fact'].map((word) => [word, tracesOf(word)] as const),
]);

/**
 * Returns the traces of a secret that no output may contain: the secret itself, its halves and lines, in every form.
 */
function tracesOf(secret: string): readonly string[] {
  const middle = Math.floor(secret.length / 2);
  const halves = secret.length >= 16 ? [secret.slice(0, middle), secret.slice(middle)] : [];
  const forms = MASKED.slice(1)
    .filter(({ isOfProgram }) => isOfProgram !== true)
    .flatMap(({ encode }) =>
      encode(withoutLabels(secret))
        .split(/[\s"']+/)
        .filter((word) => word.length >= 16),
    );
  return [secret.trim(), ...halves, ...secret.split(/\r?\n/), ...forms].filter(
    (trace) => trace.length >= 4 && !trace.startsWith('-----'),
  );
}

/** The lines around a key are the same for all keys. */
function withoutLabels(secret: string): string {
  return secret.replaceAll(/^-----[A-Z ]+-----\n/gm, '');
}

/** Finds traces of secrets in outputs. Traces are indexed by their first four characters, because outputs are long. */
function hits(outputs: ReadonlyMap<string, string>, traces: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const byStart = new Map<string, { readonly trace: string; readonly secret: string }[]>();
  for (const [secret, all] of traces)
    for (const trace of all)
      byStart.set(trace.slice(0, 4), [...(byStart.get(trace.slice(0, 4)) ?? []), { trace, secret }]);
  const found = new Map<string, string>();
  for (const [name, text] of outputs) {
    for (let at = 0; at < text.length; at++) {
      for (const { trace, secret } of byStart.get(text.slice(at, at + 4)) ?? []) {
        const key = `${secret.slice(0, 12)} in ${name}`;
        if (!found.has(key) && text.startsWith(trace, at)) found.set(key, `${key}: ${around(text, trace, at)}`);
      }
    }
  }
  return [...found.values()];
}

function around(text: string, trace: string, at: number): string {
  return JSON.stringify(text.slice(Math.max(0, at - 60), at + Math.min(trace.length, 60)));
}

let project: Project;
beforeAll(async () => {
  project = await canaryProject(folder);
}, 300_000);

describe('in no output', () => {
  test('of plays, plans and what shows them again', { timeout: 900_000 }, async () => {
    const outputs = await outputsOfRuns(project, 'site.yml', ARGS);
    const play = outputs.get('play -vv --diff') ?? '';
    for (const task of ['Print', 'Made of it', 'Typed']) expect(play).toContain(task);
    expect(play).toMatch(/^site\.yml on \d+ hosts? in [^:]+: (?!.*(?:failed|unreachable))/m);
    expect(hits(outputs, TRACES)).toEqual([]);
    const kept = new Map([...outputs].filter(([name]) => /journal|runs/.test(name)));
    expect(kept.size).toBeGreaterThan(2);
    expect(hits(kept, new Map(Object.values(TYPED).map((word) => [word, [word]])))).toEqual([]);
  });

  test('of listings', { timeout: 900_000 }, async () => {
    const commands = [
      ['vars', 'one'],
      ['vars', 'one', '--explain'],
      ['inventory', '--list'],
      ['inventory', '--host', 'one'],
      ['inventory', '--graph', '--vars'],
      ['facts', 'one'],
      ['ping', 'one'],
      ['ping', 'one', '--output', 'json'],
      ['exec', 'one', '-vv', '-m', 'shell', '-a', 'echo {{s21}} | rev | rev; echo "$WORD"'],
      ['exec', 'one', '--diff', '-m', 'copy', '-a', 'content="{{s02}}" dest={{playbook_dir}}/by-exec'],
    ];
    const outputs = new Map<string, string>();
    for (const command of commands)
      outputs.set(command.join(' '), (await project.runbook([...command, ...ARGS])).output);
    for (const [path, text] of project.written()) outputs.set(path, text);
    expect(outputs.get('vars one')).toContain('s01: "********"');
    expect(outputs.get('inventory --list')).toContain('"typed": "********"');
    expect(hits(outputs, TRACES)).toEqual([]);
    expect(hits(outputs, new Map(Object.values(TYPED).map((word) => [word, [word]])))).toEqual([]);
  });
});

test('the journal names what was typed', () => {
  const journals = [...project.written()].filter(([path]) => path.endsWith('journal.jsonl')).map(([, text]) => text);
  expect(journals[0]).toContain('"ansible_become_password=******** typed=********"');
  expect(journals[0]).toContain('"typed_map=********"');
  expect(journals[0]).toContain('"@extra.yml"');
});

test('the forms are those that programs print', () => {
  const said = execFileSync('python3', [join(folder, 'print.py')], { input: "Cnry'x", encoding: 'utf8' }).split('\n');
  expect(said).toContain(`Cnry\\'x 'Cnry'\\''x'`);
});
