import { z } from 'zod';
import { variableNameProblem } from '../values/base/variable-name.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { ArgumentFault } from '../values/language/fault.ts';
import { matches } from '../values/language/pattern.ts';
import { boolean, commaList, exactlyOne, filledText, textList, wholeNumber } from './base/arguments.ts';
import { type IncludedVariables, type WantedVariables, defineModule } from './base/module.ts';

const pattern = (): z.ZodType<string> =>
  filledText().superRefine((source, context) => {
    const fault = patternFault(source);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

const fields = z.strictObject({
  file: textList()
    .refine((names) => names.length > 0 && !names.includes(''), 'must not be empty')
    .optional()
    .describe(
      'The file. It is searched for in vars/ of the role, in the role, then beside the playbook. If it is a list, the first file that exists is read.',
    ),
  dir: filledText()
    .optional()
    .describe('A folder. Its files are read in the order of their names, then the files of its subfolders.'),
  name: filledText()
    .superRefine((name, context) => {
      const problem = variableNameProblem(name);
      if (problem === undefined) return;
      const { why = problem.what, remedy = '' } = problem;
      context.addIssue({ code: 'custom', message: `cannot be the name of a variable\n${why} ${remedy}` });
    })
    .optional()
    .describe('The name of a variable that gets all of them as a map. Without it, each becomes a variable of its own.'),
  depth: wholeNumber().default(0).describe('The number of levels of folders that are read; 0: all.'),
  files_matching: pattern().optional().describe('A regular expression that the name of a file must match.'),
  ignore_files: textList()
    .default([])
    .describe('Regular expressions for the ends of names. A file whose name matches one is left out.'),
  extensions: commaList()
    .default(['yaml', 'yml', 'json'])
    .describe('The extensions of files with variables, without the dot.'),
  ignore_unknown_extensions: boolean()
    .default(false)
    .describe('Whether files with other extensions are ignored. Otherwise they are mistakes.'),
});
type Arguments = z.infer<typeof fields>;
const schema = exactlyOne(fields, ['file', 'dir']);

export const module = defineModule<Arguments, IncludedVariables>({
  name: 'include_vars',
  summary: 'Read variables of this host from files of the controller, for the tasks that follow.',
  arguments: schema,
  freeForm: 'file',
  foreign: {
    hash_behaviour: idleAs(
      [null, 'replace'],
      'Leave it out, and merge the maps when you use them: write name: more, and later {{merge settings more.settings}}.',
    ),
  },
  examples: [
    'include_vars: "{{facts.os.family}}.yml"',
    'include_vars: { file: ["{{facts.os.distribution}}.yml", "{{facts.os.family}}.yml", default.yml] }',
    'include_vars: { dir: vars/sites, name: sites }',
  ],
  load: (args, controller) => controller.variables(wantedOf(args)),
  observes: () => [],
  plan: (_args, { files, variables }) => ({
    kind: 'in_sync',
    result: { ansible_included_var_files: [...files] },
    effects: [{ kind: 'include_vars', variables }],
  }),
});

function wantedOf(args: Arguments): WantedVariables {
  const { name } = args;
  if (args.dir === undefined) return { from: { kind: 'file', names: args.file ?? [] }, name };
  return {
    from: {
      kind: 'folder',
      name: args.dir,
      depth: args.depth,
      matching: args.files_matching,
      ignored: args.ignore_files,
      extensions: args.extensions.map((one) => one.replace(/^\./, '')),
      passesOthers: args.ignore_unknown_extensions,
    },
    name,
  };
}

function patternFault(source: string): string | undefined {
  try {
    matches(source, '');
    return undefined;
  } catch (error) {
    if (!(error instanceof ArgumentFault)) throw error;
    return `must be a regular expression\n${error.message}`;
  }
}
