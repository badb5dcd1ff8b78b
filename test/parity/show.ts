import type { Verdict } from './answers.ts';
import type { Case, Json } from './case.ts';
import { judged } from './judge.ts';
import { asYaml, spelled } from './spelled.ts';

/** Returns a case that can be played by hand, with both answers. */
export function shown(verdict: Verdict): string {
  const { input } = verdict;
  const { faults, broken } = judged(verdict);
  const lines = [`## ${input.id}`];
  if (input.given.length > 0) lines.push('given, in the folder W:', ...input.given.map((line) => `    ${line}`));
  for (const [name, content] of Object.entries(playable(input))) lines.push(`${name}:`, indented(content));
  lines.push('the answers:');
  for (const { fact, ansible, runbook } of faults)
    lines.push(`  ${fact}`, `    ansible: ${short(ansible)}`, `    runbook: ${short(runbook)}`);
  for (const promise of broken) lines.push(`  ${promise}`);
  for (const why of verdict.ansible.failures ?? []) lines.push(`  ansible failed: ${short(why)}`);
  for (const why of verdict.runbook.failures ?? []) lines.push(`  runbook failed: ${short(why)}`);
  return `${lines.join('\n')}\n`;
}

function playable({ files, input }: Case): Readonly<Record<string, string>> {
  const written = Object.entries(files).flatMap(([name, value]) => spellings(name, value));
  switch (input.kind) {
    case 'tasks':
    case 'system':
      return Object.fromEntries([
        ...written,
        ...spellings('playbook', [{ hosts: 'localhost', gather_facts: false, tasks: input.tasks }]),
      ]);
    case 'play':
      return Object.fromEntries([...written, ['arguments', input.args.join(' ')]]);
    case 'inventory':
      return Object.fromEntries([
        ...written,
        ['inventory --list', input.sources.map((source) => `-i ${source}`).join(' ')],
      ]);
    case 'pattern':
      return Object.fromEntries([...written, ['pattern', input.pattern]]);
  }
}

/** The text once if it is the same for both tools, otherwise once for each. */
function spellings(name: string, value: Json): readonly (readonly [string, string])[] {
  const marks = new Map([
    ['@W@', '/W'],
    ['@C@', '/C'],
    ['@P@', 'PORT'],
  ]);
  const [ansible, runbook] = (['ansible', 'runbook'] as const).map((tool) => {
    const text = spelled(value, tool, marks);
    return typeof text === 'string' ? text : asYaml(text);
  });
  if (ansible === undefined || runbook === undefined || ansible === runbook) return [[name, ansible ?? '']];
  return [
    [`${name} (ansible)`, ansible],
    [`${name} (runbook)`, runbook],
  ];
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ').trimEnd();
}

function short(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 600 ? `${text.slice(0, 600)}…` : text.replaceAll('\n', '\n             ');
}
