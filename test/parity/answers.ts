import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inventoriesByAnsible, inventoriesByRunbook } from './answer-inventory.ts';
import { playsByAnsible, playsByRunbook } from './answer-play.ts';
import { tasksByAnsible, tasksByRunbook } from './answer-tasks.ts';
import { type Answer, type Case, type Kind, SILENT } from './case.ts';
import { type Difference, compare } from './compare.ts';
import type { LabBench } from './lab-bench.ts';
import type { Ansible } from './run-ansible.ts';
import { type Stage, labStage, localStage } from './stage.ts';
import type { Setting } from './workplace.ts';

export interface Bench {
  readonly ansible: Ansible;
  /** The folder in which the folders of the runs are made. */
  readonly root: string;
  readonly port: number;
  /** Hosts for the area system. */
  readonly lab?: LabBench;
}

/** A case with the answers of both tools. */
export interface Verdict {
  readonly input: Case;
  readonly ansible: Answer;
  readonly runbook: Answer;
  readonly differences: readonly Difference[];
}

let batches = 0;

/** Lets both tools answer cases of one kind, each in folders of its own. */
export async function verdicts(bench: Bench, kind: Kind, cases: readonly Case[]): Promise<readonly Verdict[]> {
  batches += 1;
  const root = join(bench.root, `batch-${batches}`);
  mkdirSync(root, { recursive: true });
  if (kind === 'system') await bench.lab?.fresh();
  const answers = await Promise.all([
    answersOf(bench, kind, cases, { root, tool: 'ansible', port: bench.port }),
    answersOf(bench, kind, cases, { root, tool: 'runbook', port: bench.port }),
  ]);
  return cases.map((input) => {
    const [ansible, runbook] = answers.map((all) => all.get(input.id) ?? SILENT);
    if (ansible === undefined || runbook === undefined) throw new Error(`${input.id} was not answered`);
    return { input, ansible, runbook, differences: compare(ansible, runbook) };
  });
}

async function answersOf(
  bench: Bench,
  kind: Kind,
  cases: readonly Case[],
  setting: Setting,
): Promise<ReadonlyMap<string, Answer>> {
  switch (kind) {
    case 'tasks':
    case 'system': {
      const stage = stageOf(bench, kind, setting);
      return setting.tool === 'ansible'
        ? await tasksByAnsible(bench.ansible, stage, cases)
        : await tasksByRunbook(stage, cases);
    }
    case 'play':
      return setting.tool === 'ansible'
        ? await playsByAnsible(bench.ansible, setting, cases)
        : await playsByRunbook(setting, cases);
    case 'inventory':
    case 'pattern':
      return setting.tool === 'ansible'
        ? await inventoriesByAnsible(bench.ansible, setting, cases)
        : await inventoriesByRunbook(setting, cases);
  }
}

function stageOf({ ansible, lab }: Bench, kind: 'tasks' | 'system', setting: Setting): Stage {
  if (kind === 'tasks') return localStage(setting, join(ansible.folder, 'bin/python3'));
  if (lab === undefined) throw new Error('cases of the area system need a lab');
  return labStage(setting, lab);
}
