import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Case, type Json, tasksOf } from './case.ts';
import type { LabBench } from './lab-bench.ts';
import { marked } from './spelled.ts';
import { treeBelow } from './tree.ts';
import { type Setting, type Workplace, prepare, workplace, writeFiles } from './workplace.ts';

/** The result of each case on a host, by path or name. */
export type Trees = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The host on which a tool plays cases of tasks: this machine, or a host of a lab. */
export interface Stage {
  readonly setting: Setting;
  /** Words before a command, so that it runs on the host. */
  readonly enter: readonly string[];
  /** Variables of the inventory that lead to the host. */
  readonly variables: readonly string[];
  place(id: string): Workplace;
  prepare(cases: readonly Case[]): Promise<void>;
  trees(cases: readonly Case[]): Promise<Trees>;
}

export function localStage(setting: Setting, python: string): Stage {
  return {
    setting,
    enter: [],
    variables: [
      'ansible_connection=local',
      ...(setting.tool === 'ansible' ? [`ansible_python_interpreter=${python}`] : []),
    ],
    place: (id) => workplace(setting, id),
    prepare: async (cases) => await Promise.resolve(prepare(setting, cases)),
    trees: async (cases) =>
      await Promise.resolve(new Map(cases.map(({ id }) => [id, treeBelow(workplace(setting, id).host)]))),
  };
}

/** Cases share the host: each has its own names and numbers, `@N@` and `@U@`. */
export function labStage(setting: Setting, lab: LabBench): Stage {
  const { tool } = setting;
  const place = (id: string): Workplace => {
    const { controller, marks } = workplace(setting, id);
    const host = `/srv/w/${id}`;
    return {
      host,
      controller,
      marks: new Map([...marks, ['@W@', host], ['@N@', token(id)], ['@U@', String(numbers(id))]]),
    };
  };
  return {
    setting,
    enter: lab.enter,
    variables: lab.variables(tool),
    place,
    async prepare(cases) {
      const lines = ['umask 022'];
      for (const one of cases) {
        const { host, controller, marks } = place(one.id);
        writeFiles(controller, one.files, { tool, marks });
        const commands = one.given.map((line) => marked(line, marks)).join('\n');
        lines.push(
          `mkdir -p ${host}; ( cd ${host} && set -e\n${commands}\n) >/dev/null || echo 'cannot be set up: ${one.id}'`,
        );
      }
      const wrong = await lab.run(tool, `${lines.join('\n')}\nsystemctl daemon-reload\nparity-index\n`);
      if (wrong !== '') process.stderr.write(wrong);
    },
    async trees(cases) {
      const asked = Object.fromEntries(
        cases.map((one) => [one.id, { token: token(one.id), folder: place(one.id).host, parameters: parameters(one) }]),
      );
      const script = readFileSync(join(import.meta.dirname, 'host_state.py'), 'utf8');
      const told = await lab.run(
        tool,
        `python3 - '${JSON.stringify(asked)}' <<'END OF SCRIPT'\n${script}\nEND OF SCRIPT\n`,
      );
      return new Map(
        Object.entries(JSON.parse(told) as Record<string, Record<string, string>>).map(([id, all]) => [
          id,
          new Map(Object.entries(all)),
        ]),
      );
    },
  };
}

/** A text in every name of the case, and in no name of another case. */
function token(id: string): string {
  return `s${id.replace(/^[a-z]+-/, '')}q`;
}

/** The first digits of its numbers, which are outside of the range that a host chooses itself. */
function numbers(id: string): number {
  return 7000 + (Number(id.replaceAll(/[^0-9]/g, '')) % 2500);
}

/** Parameters of the kernel that the tasks name, and the host's name. */
function parameters({ input }: Case): readonly string[] {
  const tasks: Json = [...tasksOf(input)];
  const text = JSON.stringify(tasks);
  return [
    ...new Set(text.match(/net\.ipv4\.[a-z0-9_.]+/g) ?? []),
    ...(text.includes('"hostname"') ? ['hostname'] : []),
  ];
}
