import { parseLine } from '../../engine/report/journal/journal-line.ts';
import { RunRecorder, type RunRecord } from '../../engine/report/journal/run-record.ts';
import { seededRandom } from '../seeded-random.ts';

const BEGAN = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A run as its journal tells it: each host goes through all tasks, some change something, a few fail. */
export function bigRecord(hosts: number, tasks: number): RunRecord {
  const random = seededRandom(4711);
  const recorder = new RunRecorder();
  const note = (line: object): void => {
    const parsed = parseLine(JSON.stringify(line));
    if (parsed === undefined) throw new Error(`no line of a journal: ${JSON.stringify(line)}`);
    recorder.note(parsed);
  };
  const names = Array.from({ length: hosts }, (_, index) => `web-${index}.eu-central.example.com`);
  note({
    type: 'run_started',
    runId: 'big',
    mode: 'play',
    playbook: 'site.yml',
    at: iso(0),
    hosts: names,
    partial: [],
  });
  note({ type: 'play_started', at: iso(0), play: 'Web servers', place: 'site.yml:1:3', hosts: names });
  const failed = new Set<string>();
  for (const host of names) {
    let now = random() * 500;
    for (let task = 0; task < tasks; task += 1) {
      const milliseconds = 5 + random() * (task % 10 === 0 ? 3000 : 200);
      now += milliseconds;
      const outcome = outcomeOf(host, task, random());
      note({
        type: 'task_finished',
        at: iso(now),
        host,
        task: {
          id: `roles/web/tasks/main.yml:${task * 5 + 3}:3`,
          name: `Task ${task} of the web server`,
          handler: false,
          role: 'web',
        },
        milliseconds,
        outcome,
      });
      if (outcome.kind === 'failed') failed.add(host);
    }
  }
  const recap = names.map((host) => ({ host, failed: failed.has(host) ? 1 : 0, unreachable: false, owed: [] }));
  note({ type: 'run_finished', at: iso(90_000), recap, milliseconds: 90_000 });
  const record = recorder.record();
  if (record === undefined) throw new Error('there is no record');
  return record;
}

interface Outcome {
  readonly kind: string;
  readonly [field: string]: unknown;
}

function outcomeOf(host: string, task: number, chance: number): Outcome {
  if (chance < 0.0005) {
    const problem = { code: 'task-failed', what: 'the command ended with exit status 1', why: `no room on ${host}` };
    const output = { status: 1, stdout: 'line\n'.repeat(30), stderr: 'no\n' };
    return { kind: 'failed', ignored: false, problem, output };
  }
  if (chance > 0.1) return { kind: 'ok' };
  const before = `# managed\nhost = ${host}\nworkers = 2\n`;
  const after = `# managed\nhost = ${host}\nworkers = 4\nextra = ${task}\n`;
  const differences = [{ kind: 'text', path: `/etc/web/${task}.conf`, before, after }];
  return { kind: 'changed', certainty: 'certain', notifies: [], differences };
}

function iso(ms: number): string {
  return new Date(BEGAN + Math.round(ms)).toISOString();
}
