import { basename, dirname, extname, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ConvertedFile } from '../convert/base/outcome.ts';
import { MAP_FORM, type ModuleMap, readModuleMap } from '../convert/module-map.ts';
import { convertProject } from '../convert/project.ts';
import { Problem } from '../errors/problem.ts';
import { readAtOnce } from '../files/read-file.ts';
import { modules } from '../modules/base/catalogue.ts';
import { convertJson } from '../report/convert/convert-json.ts';
import { type ConvertReport, type ConvertedPath, convertSummary } from '../report/convert/convert-text.ts';
import { openOutput } from '../report/text/output.ts';
import { paintFor } from '../report/text/paint.ts';
import { printProblems } from '../report/text/problems.ts';
import { textIn } from '../values/yaml/text-file.ts';
import { EXIT } from './base/exit-status.ts';
import { refuseUncommitted, refuseUnkept } from './convert/git-state.ts';
import { lintErrors } from './convert/lint-converted.ts';
import { type ReadProject, readProject, whereIs } from './convert/read-project.ts';
import { writeBeside, writeInPlace } from './convert/write-project.ts';

const FORMATS = ['text', 'json'] as const;
type Format = (typeof FORMATS)[number];

interface Flags {
  readonly inPlace?: true;
  readonly output?: string;
  readonly force?: true;
  readonly modules?: string;
  readonly report: Format;
}

const EXAMPLES = `
Examples:
  runbook convert ansible/                    # writes ansible.runbook/ beside it
  runbook convert roles/nginx --in-place      # the Git repository must have nothing uncommitted there
  runbook convert site.yml --report json

What was taken for granted has a comment "# convert: assumed …" above it, and what is left for you
"# convert: by hand: …". Remove the comment when it is done: what has one is not converted again.
`;

/** Adds `runbook convert PATH…`: rewrites Ansible's playbooks, roles, variables and templates. Connects to nothing. */
export function addConvertCommand(command: Command, done: (status: number) => void): void {
  command
    .argument('<paths...>', 'folders or files: a project, a role, a playbook')
    .addOption(new Option('--in-place', 'change the files themselves').conflicts('output'))
    .option('--output <folder>', 'where to write (default: PATH.runbook, beside PATH)')
    .option('--force', 'with --in-place: change files also if Git cannot restore them')
    .option('--modules <file>', 'modules to write in place of others, with new names of arguments: a YAML file')
    .addOption(new Option('--report <format>', FORMATS.join(', ')).choices(FORMATS).default('text').argParser(format))
    .addHelpText('after', EXAMPLES)
    .action(async (paths: readonly string[], flags: Flags) => {
      done(await convert(paths, flags));
    });
}

function format(value: string): Format {
  const known = FORMATS.find((one) => one === value);
  if (known === undefined) throw new InvalidArgumentError(`It must be one of: ${FORMATS.join(', ')}.`);
  return known;
}

async function convert(paths: readonly string[], flags: Flags): Promise<number> {
  if (flags.output !== undefined && paths.length > 1)
    throw new Problem({
      code: 'one-path',
      what: `--output names one folder, and there are ${paths.length} paths`,
      remedy: 'Convert them one by one, or leave out --output: each result is then written beside its original.',
    });
  if (flags.inPlace === true && flags.force !== true)
    for (const path of paths) await refuseUncommitted({ ...whereIs(path), name: path });
  const mapped = flags.modules === undefined ? undefined : moduleMapOf(flags.modules);
  const converted: ConvertedPath[] = [];
  for (const path of paths) converted.push(await convertPath(path, flags, mapped));
  const report: ConvertReport = { paths: converted };
  const stdout = openOutput(process.stdout);
  stdout.write(flags.report === 'json' ? convertJson(report) : convertSummary(report, paintFor(process.stdout)));
  await stdout.drained();
  const problems = converted.flatMap(({ files, unread }) =>
    [...files, ...unread].flatMap(({ problem }) => problem ?? []),
  );
  if (problems.length > 0) printProblems(problems, process.stderr);
  return problems.length > 0 ? EXIT.problem : EXIT.ok;
}

/** Reads the file of `--modules`. Throws Problem. */
function moduleMapOf(file: string): ModuleMap {
  const { root, only } = whereIs(file);
  if (only === undefined) throw new Problem({ code: 'module-map', what: `${file} is a folder`, remedy: MAP_FORM });
  return readModuleMap(textIn(readAtOnce(join(root, only)), file), file);
}

async function convertPath(path: string, flags: Flags, mapped: ModuleMap = new Map()): Promise<ConvertedPath> {
  const project = await readProject(path);
  const { files } = await convertProject(project.files, modules, { others: project.others, mapped });
  const isInPlace = flags.inPlace === true;
  const changed = files.filter(isChanged(project)).map(({ path: file }) => file);
  if (isInPlace && flags.force !== true) await refuseUnkept(project.root, changed);
  const [first] = files;
  const only = project.isFile ? first?.newPath : undefined;
  const target = isInPlace ? join(project.root, only ?? '') : resolve(flags.output ?? besideOf(path, only));
  if (isInPlace) await writeInPlace(project, files);
  else await writeBeside(project, files, target);
  const { unread } = project;
  return { path, target, isInPlace, files, unread, lintErrors: await lintErrors(project, files, target) };
}

function isChanged({ files }: ReadProject): (file: ConvertedFile, index: number) => boolean {
  return ({ path, newPath, text }, index) => newPath !== path || text !== files[index]?.text;
}

/**
 * Returns the default output: `PATH.runbook` for a folder, `site.runbook.yml` for the file `site.yml`. `only`: the new
 * name of the file.
 */
function besideOf(path: string, only: string | undefined): string {
  const whole = resolve(path);
  if (only === undefined) return `${whole}.runbook`;
  return join(dirname(whole), `${basename(whole, extname(whole))}.runbook${extname(only)}`);
}
