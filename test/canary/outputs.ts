import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

export interface Ended {
  readonly status: number;
  readonly output: string;
}

/** A folder with files, in which runbook stores everything that it writes. */
export class Project {
  readonly folder: string;

  constructor(folder: string, files: Readonly<Record<string, string>>) {
    this.folder = folder;
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), text);
  }

  runbook(args: readonly string[], input = ''): Promise<Ended> {
    return this.#run(process.execPath, [RUNBOOK, ...args], input);
  }

  /** Like `runbook`, on a terminal of its own. */
  onTerminal(args: readonly string[]): Promise<Ended> {
    const words = [process.execPath, RUNBOOK, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
    return this.#run('script', ['-qec', `stty cols 200; ${words.join(' ')}`, '/dev/null'], '');
  }

  /** Returns the names of the runs. */
  runs(): readonly string[] {
    const folder = join(this.folder, '.runbook/runs');
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  /** Returns everything that runbook has written, by path: state, caches, temporary files. */
  written(): ReadonlyMap<string, string> {
    const files = KEPT.flatMap((kept) => filesBelow(join(this.folder, kept)));
    return new Map(files.map((path) => [path.slice(this.folder.length + 1), readFileSync(path, 'latin1')]));
  }

  #run(program: string, args: readonly string[], input: string): Promise<Ended> {
    mkdirSync(join(this.folder, TEMPORARY), { recursive: true });
    const env = {
      ...process.env,
      TERM: 'xterm',
      CI: '',
      RUNBOOK_STATE: join(this.folder, '.runbook'),
      XDG_CACHE_HOME: join(this.folder, '.cache'),
      RUNBOOK_IDENTITY: join(this.folder, 'id.txt'),
      TMPDIR: join(this.folder, TEMPORARY),
    };
    return new Promise((resolve) => {
      const options = { cwd: this.folder, env, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
      const child = execFile(program, [...args], options, (error, stdout, stderr) =>
        resolve({ status: error === null ? 0 : Number(error.code), output: stdout + stderr }),
      );
      child.stdin?.end(input);
    });
  }
}

const TEMPORARY = 'temporary';
const KEPT = ['.runbook', '.cache', TEMPORARY];

function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile() && !path.includes('/compiled/'));
  } catch {
    return [];
  }
}

/**
 * Returns every output of the runs of a playbook by name: plans, plays, saved forms of them, and commands that show
 * these again.
 */
export async function outputsOfRuns(
  project: Project,
  playbook: string,
  args: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const outputs = new Map<string, string>();
  const note = async (name: string, ended: Promise<Ended>): Promise<void> => {
    outputs.set(name, (await ended).output);
  };
  await note('plan -vv', project.runbook(['plan', ...args, '-vv', playbook]));
  await note('plan --output json', project.runbook(['plan', ...args, '--output', 'json', playbook]));
  await note('plan -o', project.runbook(['plan', ...args, '-o', 'saved.plan', playbook]));
  for (const format of ['text', 'json', 'markdown'])
    await note(`show --format ${format}`, project.runbook(['show', 'saved.plan', '--format', format, '-v']));
  await note('play -vv --diff', project.runbook(['play', ...args, '-vv', '--diff', playbook]));
  await note('play --output json', project.runbook(['play', ...args, '--output', 'json', playbook]));
  await note('play -vv --diff on a terminal', project.onTerminal(['play', ...args, '-vv', '--diff', playbook]));
  await note('lint', project.runbook(['lint', ...args, playbook]));
  await note('runs', project.runbook(['runs']));
  for (const run of project.runs()) await note(`runs show ${run}`, project.runbook(['runs', 'show', run]));
  for (const [path, text] of project.written()) outputs.set(path, text);
  try {
    outputs.set('the saved plan', readFileSync(join(project.folder, 'saved.plan'), 'utf8'));
  } catch {
    // A plan with a failure is not saved.
  }
  return outputs;
}
