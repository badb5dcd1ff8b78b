import { Command, CommanderError } from 'commander';
import { Problem, Problems } from '../errors/problem.ts';
import { EXIT } from './exit-status.ts';

/** The `runbook` command. Takes the arguments behind the program's name; gives the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  let status: number = EXIT.ok;
  const program = new Command('runbook')
    .description('Runs YAML playbooks over SSH: observes, plans, applies. No agent and no Python on the hosts.')
    .version(await version(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .showHelpAfterError('(add --help for the options)')
    .configureHelp({ sortSubcommands: false })
    .exitOverride();
  const done = (result: number): void => {
    status = result;
  };
  const { addPlayCommand } = await import('./play.ts');
  addPlayCommand(program, 'play', done);
  addPlayCommand(program, 'plan', done);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.problem;
    if (error instanceof Problem || error instanceof Problems) {
      const { printProblems } = await import('../report/problems.ts');
      printProblems(error instanceof Problem ? [error] : error.problems, process.stderr);
      return EXIT.problem;
    }
    throw error;
  }
}

async function version(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  for (const candidate of ['../../package.json', '../../../package.json']) {
    const text = await readFile(new URL(candidate, import.meta.url), 'utf8').catch(() => undefined);
    if (text !== undefined) return String(JSON.parse(text).version);
  }
  return 'unknown';
}
