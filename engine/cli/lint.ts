import { type Command, InvalidArgumentError, Option } from 'commander';
import { Problem } from '../errors/problem.ts';
import { type Fixed, applyEdits } from '../lint/fix.ts';
import { type Levels, findings } from '../lint/lint.ts';
import { readSite } from '../lint/read-site.ts';
import { lintCodeClimate, lintGitHub, lintJUnit } from '../report/lint/lint-ci.ts';
import { type LintReport, countOf, entryOfFinding, entryOfProblem } from '../report/lint/lint-entry.ts';
import { lintJson } from '../report/lint/lint-json.ts';
import { printRules } from '../report/lint/lint-rules.ts';
import { lintSarif } from '../report/lint/lint-sarif.ts';
import { printFindings, printFixed, printSummary, resultLine } from '../report/lint/lint-text.ts';
import { openOutput } from '../report/text/output.ts';
import { EXIT } from './base/exit-status.ts';
import { ENGINE_VERSION } from './base/version.ts';
import { checkPlaybooks } from './lint/check-playbooks.ts';
import { lintLevels, SETTINGS_FILE } from './lint/lint-levels.ts';
import { type InventoryFlags, addInventoryOptions } from './options/common-options.ts';
import { topOf } from './options/standing.ts';

const FORMATS = ['text', 'json', 'sarif', 'junit', 'github', 'codeclimate'] as const;
type Format = (typeof FORMATS)[number];

interface LintFlags extends InventoryFlags {
  readonly format: Format;
  readonly rule: readonly string[];
  readonly config?: string;
  readonly rules?: true;
  readonly summary?: true;
  readonly strict?: true;
  readonly fix?: true;
}

const EXAMPLES = `
Examples:
  runbook lint site.yml -i inventory.yml --strict
  runbook lint site.yml --rule latest-version=error --rule unnamed-task=off
  runbook lint site.yml --format sarif > lint.sarif
  runbook lint playbooks/*.yml --fix

A comment "# runbook-lint: ignore NAME" leaves a rule out, for its line or for the task below it.
`;

/**
 * Adds `runbook lint PLAYBOOK…`: reads everything that the playbooks need, and prints all mistakes. Connects to
 * nothing.
 */
export function addLintCommand(command: Command, done: (status: number) => void): void {
  addInventoryOptions(command.argument('[playbooks...]'))
    .option('--rules', 'list the rules with their levels, and stop')
    .option(
      '--rule <name=level>',
      'error, warning, advice or off for one rule; may be given more than once',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option('--config <file>', `levels of rules, in place of ${SETTINGS_FILE} in the working folder`)
    .option('--strict', 'exit 1 for warnings too')
    .option('--fix', 'correct the findings that have only one possible correction, in the files of the project')
    .option('--summary', 'show only the number of findings of each kind, and the first place')
    .addOption(
      new Option('--format <format>', FORMATS.join(', ')).choices(FORMATS).default('text').argParser(lintFormat),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (playbooks: readonly string[], flags: LintFlags) => {
      done(await lint(playbooks, flags));
    });
}

function lintFormat(value: string): Format {
  const known = FORMATS.find((format) => format === value);
  if (known === undefined) throw new InvalidArgumentError(`It must be one of: ${FORMATS.join(', ')}.`);
  return known;
}

async function lint(playbooks: readonly string[], flags: LintFlags): Promise<number> {
  const levels = lintLevels(flags.rule, flags.config);
  if (flags.rules === true) {
    printRules(levels, process.stdout);
    return EXIT.ok;
  }
  if (playbooks.length === 0)
    throw new Problem({
      code: 'missing-argument',
      what: 'lint needs a playbook',
      remedy: 'Name it: `runbook lint site.yml`. `runbook lint --rules` lists the rules.',
    });
  const { report, passes } = await reportOf(playbooks, flags, levels);
  await print(report, flags, passes);
  const isFailed = countOf(report, 'error') > 0 || (report.isStrict && countOf(report, 'warning') > 0);
  return isFailed ? EXIT.problem : EXIT.ok;
}

/** Maximal number of passes of --fix. Each pass has fewer edits than the one before. */
const MOST_PASSES = 5;

/** Finds the mistakes. With --fix, returns those that are left after the edits. */
async function reportOf(
  playbooks: readonly string[],
  flags: LintFlags,
  levels: Levels,
): Promise<{ readonly report: LintReport; readonly passes: readonly Fixed[] }> {
  const isStrict = flags.strict === true;
  const look = async () => {
    const { problems, input } = await checkPlaybooks(playbooks, flags);
    return { problems, found: findings(await readSite(input), levels) };
  };
  let { problems, found } = await look();
  const folder = process.cwd();
  const passes: Fixed[] = [];
  // An edit that overlaps an earlier one is made in the next pass.
  while (flags.fix === true && passes.length < MOST_PASSES) {
    const pass = await applyEdits(found, topOf(folder) ?? folder);
    passes.push(pass);
    if (pass.done.length === 0) break;
    ({ problems, found } = await look());
  }
  const entries = [...problems.map(entryOfProblem), ...found.map(entryOfFinding)];
  return { report: { files: playbooks, entries, isStrict }, passes };
}

async function print(report: LintReport, flags: LintFlags, passes: readonly Fixed[]): Promise<void> {
  const stdout = openOutput(process.stdout);
  if (passes.length > 0) printFixed(passes, process.stderr);
  if (flags.format !== 'text') stdout.write(inFormat(report, flags.format));
  else {
    if (flags.summary === true) printSummary(report, process.stdout);
    else printFindings(report, process.stderr);
    stdout.write(resultLine(report));
  }
  await stdout.drained();
}

function inFormat(report: LintReport, format: Exclude<Format, 'text'>): string {
  switch (format) {
    case 'json':
      return lintJson(report);
    case 'sarif':
      return lintSarif(report, ENGINE_VERSION);
    case 'junit':
      return lintJUnit(report);
    case 'github':
      return lintGitHub(report);
    case 'codeclimate':
      return lintCodeClimate(report);
  }
}
