import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ansibleInventory } from '../inventory/ansible.ts';
import { runbook } from './outcomes.ts';

/**
 * The same forty tasks, planned by runbook and checked by ansible-core (`ansible-playbook --check`), on this machine,
 * on which none of them has run. Neither tool changes anything. Prints a table in Markdown. Usage: node
 * test/fidelity/ansible-check.ts
 */
const SOURCE = join(import.meta.dirname, 'forty.yml');

interface Check {
  readonly names: readonly string[];
  readonly results: ReadonlyMap<string, string>;
}

/** Returns how each task ends in check mode. `on`: failed tasks are ignored, so that later tasks are seen too. */
async function check(program: string, folder: string, playbook: string): Promise<Check> {
  const stdout = await new Promise<string>((resolve) => {
    const env = {
      ...process.env,
      ANSIBLE_LOCALHOST_WARNING: 'false',
      ANSIBLE_NOCOLOR: '1',
      ANSIBLE_STDOUT_CALLBACK: 'default',
    };
    const python = join(dirname(program), 'python3');
    const args = ['-i', 'hosts.yml', '-e', `ansible_python_interpreter=${python}`, '--check', playbook];
    execFile(
      join(dirname(program), 'ansible-playbook'),
      args,
      { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 },
      (_, out) => resolve(out),
    );
  });
  const results = new Map<string, string>();
  const names: string[] = [];
  for (const line of stdout.split('\n')) {
    const task = /^TASK \[(.*)\] \*/.exec(line)?.[1];
    if (task !== undefined) names.push(task);
    const [, word, rest = ''] = /^(ok|changed|skipping|fatal): \[localhost\](.*)$/.exec(line) ?? [];
    const name = names.at(-1);
    if (word !== undefined && name !== undefined)
      results.set(name, word === 'fatal' ? `**failed**: ${messageOf(rest)}` : word === 'skipping' ? 'skipped' : word);
  }
  return { names, results };
}

function messageOf(rest: string): string {
  const message = /"msg": "((?:[^"\\]|\\.)*)"/.exec(rest)?.[1] ?? rest;
  const plain = message
    .replaceAll(/\\[nt]/g, ' ')
    .replaceAll('\\"', '"')
    .replaceAll(/\/\S*\/host\b/g, 'HOST')
    .replaceAll('|', '\\|');
  return plain.length > 110 ? `${plain.slice(0, 110)}…` : plain;
}

const WORDS = { changed: 'changed', ok: 'ok', skipped: 'skipped', failed: '**failed**', unknown: 'unknown' } as const;

const ansible = await ansibleInventory();
if ('missing' in ansible) {
  process.stdout.write(`Skipped: ansible-core cannot be installed here: ${ansible.missing}\n`);
} else {
  const folder = await mkdtemp(join(tmpdir(), 'forty-'));
  try {
    await writeFile(join(folder, 'hosts.yml'), 'all:\n  hosts:\n    localhost: { ansible_connection: local }\n');
    await copyFile(SOURCE, join(folder, 'forty.yml'));
    const text = await readFile(SOURCE, 'utf8');
    await writeFile(
      join(folder, 'ignoring.yml'),
      text.replace('  gather_facts: false\n', '  gather_facts: false\n  ignore_errors: true\n'),
    );
    const plan = await runbook(['plan', '-i', join(folder, 'hosts.yml'), join(folder, 'forty.yml')]);
    if (plan.problems.length > 0) throw new Error(plan.problems.join('\n'));
    const plain = await check(ansible.program, folder, 'forty.yml');
    const ignoring = await check(ansible.program, folder, 'ignoring.yml');
    const names = [...new Set(plan.outcomes.map(({ task }) => task.replace(/ \([^()]*\)$/, '')))];
    const rows = names.map((name, index) => {
      const ours = plan.outcomes.find(({ task }) => task.startsWith(`${name} (`));
      return {
        index: index + 1,
        name,
        theirs: ignoring.results.get(name) ?? 'not reached',
        ours: ours === undefined ? 'missing' : WORDS[ours.kind],
      };
    });
    const failed = rows.filter(({ theirs }) => theirs.startsWith('**failed'));
    process.stdout.write(
      [
        '| | task | `ansible-playbook --check`, errors ignored | `runbook plan` |',
        '| --- | --- | --- | --- |',
        ...rows.map(({ index, name, theirs, ours }) => `| ${index} | ${name} | ${theirs} | ${ours} |`),
        '',
        `As it stands, \`ansible-playbook --check\` ends at task ${plain.names.length} of ${names.length} ("${plain.names.at(-1)}"). With errors ignored, ` +
          `${failed.length} of ${names.length} fail and ${rows.filter(({ theirs, ours }) => theirs !== ours).length} have another result than the plan.`,
        '',
      ].join('\n'),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
