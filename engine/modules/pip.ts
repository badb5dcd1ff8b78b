import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { splitWords } from '../connection/base/split-words.ts';
import { type Seen, predict } from '../resources/base/resource.ts';
import { file, wholeFile } from '../resources/file.ts';
import { UNKNOWN_ATTRIBUTES, endOf } from '../resources/file/file-state.ts';
import { need } from '../resources/need.ts';
import { type PipPackages, type PipPlace, pipPackages } from '../resources/pip.ts';
import { alsoDigits, boolean, commaList, path, plainText } from './base/arguments.ts';
import { type Difference, type Impossible, type Observed, type Outcome, defineModule } from './base/module.ts';
import { unlessLocked } from './path/file-needs.ts';
import { inForeignHands, wayNeeds } from './path/way-to-path.ts';
import { type Requirement, isFulfilled, requirement, requirementsIn } from './pip/pip-requirement.ts';

const schema = z
  .strictObject({
    name: commaList()
      .refine((names) => names.every((one) => /^[^-\s][^\n]*$/.test(one)), 'must be names of packages')
      .optional()
      .describe(
        'Packages, with conditions if needed: app, "app==1.2", "app>=1,<2". URLs are accepted too, but a plan cannot know whether they are installed.',
      ),
    version: z
      .string({ error: 'must be a text\nWrite it in quotes.' })
      .regex(/^[A-Za-z0-9][A-Za-z0-9.+!_-]*$/, 'must be a version')
      .optional()
      .describe('The version, if name has only one package.'),
    requirements: path().optional().describe('A file of requirements on the host.'),
    virtualenv: path().optional().describe('The virtual environment. It is made if it is missing.'),
    virtualenv_command: plainText()
      .default('python3 -m venv')
      .describe('The command that makes the environment. The path is added to it.'),
    virtualenv_python: alsoDigits(z.string().regex(/^[A-Za-z0-9/][A-Za-z0-9._/-]*$/, 'must be a program'))
      .optional()
      .describe('The Python of the environment, in place of python3 in virtualenv_command.'),
    virtualenv_site_packages: boolean()
      .default(false)
      .describe('Whether the environment also has the packages of the system.'),
    executable: alsoDigits(z.string().regex(/^[A-Za-z0-9/][A-Za-z0-9._/-]*$/, 'must be a program'))
      .optional()
      .describe('The pip program of the system, such as pip3.11. Default: python3 -m pip.'),
    state: z
      .enum(['present', 'absent', 'latest', 'forcereinstall'])
      .default('present')
      .describe('`latest` asks the package index in each run, so a plan cannot know whether something changes.'),
    editable: boolean()
      .default(false)
      .describe('Whether name is a path that is installed in place (pip install --editable).'),
    extra_args: plainText().optional().describe('Further arguments of pip, written as in a shell.'),
    chdir: path().optional().describe('The directory in which pip runs.'),
    umask: z
      .string({ error: 'must be a text\nWrite it in quotes: "0022".' })
      .regex(/^0?[0-7]{3}$/, 'must be octal digits, such as "0022"')
      .optional()
      .describe('The mask for the permissions of new files.'),
    break_system_packages: boolean()
      .default(false)
      .describe('Whether packages of the system are changed even if the distribution forbids it (PEP 668).'),
  })
  .refine(({ name, requirements }) => (name === undefined) !== (requirements === undefined), {
    path: ['name'],
    message: 'or requirements must be given, and not both\nName the packages, or the file that lists them.',
  })
  .refine(({ name, version }) => version === undefined || name?.length === 1, {
    path: ['version'],
    message: 'needs exactly one name\nWrite versions of several packages after the names: "app==1.2".',
  })
  .refine(({ virtualenv, executable }) => virtualenv === undefined || executable === undefined, {
    path: ['executable'],
    message: 'cannot be given together with virtualenv\nAn environment has a pip of its own.',
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'pip',
  summary: 'Install and remove Python packages, in a virtual environment or for the system.',
  arguments: schema,
  examples: [
    'pip: { name: "gunicorn==23.0.0", virtualenv: /srv/app/venv }',
    'pip: { requirements: /srv/app/requirements.txt, virtualenv: /srv/app/venv }',
  ],
  observes: (args) => [
    pipPackages(placeOf(args)),
    ...(args.requirements === undefined ? [] : [wholeFile(args.requirements)]),
    ...(args.virtualenv === undefined
      ? []
      : [file(args.virtualenv, 'target'), ...wayNeeds(args.virtualenv), programOf(args)]),
  ],
  plan(args, _loaded, seen, context) {
    const wanted = wantedOf(args, seen);
    if ('kind' in wanted) return wanted;
    const outcome = plan(args, wanted.list, { seen, context });
    return args.virtualenv === undefined ? outcome : unlessLocked(outcome, args.virtualenv, { seen, context });
  },
});

function placeOf({ virtualenv, virtualenv_site_packages: withSystem, executable }: Arguments): PipPlace {
  if (virtualenv !== undefined) return { kind: 'environment', path: virtualenv, withSystem };
  return { kind: 'system', command: executable === undefined ? ['python3', '-m', 'pip'] : [executable] };
}

/** Returns the words of the command that makes an environment. */
function makerOf({ virtualenv_command: command, virtualenv_python: python }: Arguments): readonly string[] {
  const words = splitWords(command) ?? [];
  if (python === undefined) return words;
  return /^python3?$/.test(words[0] ?? '') ? [python, ...words.slice(1)] : [...words, '-p', python];
}

function programOf(args: Arguments): ReturnType<typeof need> {
  return need({ kind: 'program', names: [makerOf(args)[0] ?? 'python3'] });
}

/** Returns the wanted packages. `list` is undefined if a file of requirements cannot be understood. */
function wantedOf(args: Arguments, seen: Seen): Outcome | { readonly list: readonly Requirement[] | undefined } {
  if (args.name !== undefined)
    return {
      list: args.name.map((name) => requirement(args.version === undefined ? name : `${name}==${args.version}`)),
    };
  const path = args.requirements ?? '';
  const request = wholeFile(path);
  const there = endOf(seen.of(request));
  if (there?.type === 'file' && there.content !== undefined)
    return { list: requirementsIn(there.content.toString('utf8')) };
  if (seen.certainty(request) === 'after_change' || (there?.type === 'file' && there.size === undefined))
    return { kind: 'cannot_know', because: `what an earlier change writes into ${path}` };
  return {
    kind: 'impossible',
    what: there?.type === 'file' ? `${path} cannot be read` : `there is no file ${path} on the host`,
    remedy: 'Correct requirements, or bring the file with a task before this one: copy, or git.',
  };
}

function plan(args: Arguments, wanted: readonly Requirement[] | undefined, observed: Observed): Outcome {
  const { seen } = observed;
  const request = pipPackages(placeOf(args));
  const state = seen.of(request);
  const isSure = seen.certainty(request) === 'certain';
  const unsure: Outcome = { kind: 'cannot_know', because: 'an earlier change of the installed packages' };
  switch (state.kind) {
    case 'missing':
      return args.virtualenv === undefined ? (isSure ? noPip(args) : unsure) : planNew(args, wanted, observed);
    case 'foreign':
      return isSure ? foreign(args) : unsure;
    case 'failed':
      return isSure
        ? {
            kind: 'impossible',
            what: 'pip does not list what is installed',
            why: state.why.split('\n')[0] ?? '',
            remedy: 'Repair it: pip list must work as the user of the task.',
          }
        : unsure;
    case 'packages':
      break;
  }
  const todo = stepsOf(args, wanted, state);
  if (todo.kind === 'done') return isSure ? { kind: 'in_sync', result: resultOf(args) } : unsure;
  if (state.isManaged && !args.break_system_packages && isSure) return managed();
  return change(args, { state, ...todo, isNew: false }, observed);
}

function planNew(args: Arguments, wanted: readonly Requirement[] | undefined, observed: Observed): Outcome {
  const { seen, context } = observed;
  if (args.state === 'absent') return { kind: 'in_sync', result: resultOf(args) };
  const program = programOf(args);
  if (!seen.of(program).isMet && seen.certainty(program) === 'certain' && context.preamble === '')
    return {
      kind: 'impossible',
      what: `this host has no ${makerOf(args)[0] ?? 'python3'} to make the environment with`,
      remedy: 'Install it with a task before this one: package: { name: python3-venv }, or python3.',
    };
  const steps = (wanted ?? []).map((one) => ({ one, before: undefined, isSure: true }));
  return change(args, { state: undefined, kind: 'steps', steps, isOpaque: false, isNew: true }, observed);
}

interface Step {
  readonly one: Requirement;
  readonly before: string | undefined;
  /** True if the change is certain. */
  readonly isSure: boolean;
}

type Steps =
  | { readonly kind: 'done' }
  | { readonly kind: 'steps'; readonly steps: readonly Step[]; readonly isOpaque: boolean };

function stepsOf(
  args: Arguments,
  wanted: readonly Requirement[] | undefined,
  { versions }: Extract<PipPackages, { kind: 'packages' }>,
): Steps {
  if (wanted === undefined) return { kind: 'steps', steps: [], isOpaque: true };
  // A version is undefined if an earlier task of the plan installs the package: then only its presence is known.
  const known = Object.fromEntries(
    Object.entries(versions).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const steps = wanted.flatMap((one): readonly Step[] => {
    const before = one.name === undefined ? undefined : versions[one.name];
    const isThere = one.name !== undefined && one.name in versions;
    if (args.state === 'absent') return isThere ? [{ one, before, isSure: true }] : [];
    if (args.state === 'forcereinstall') return [{ one, before, isSure: true }];
    if (args.editable || (isThere && before === undefined && one.conditions !== ''))
      return [{ one, before, isSure: false }];
    const fits = isThere && before === undefined ? true : isFulfilled(one, known);
    if (fits === true) return args.state === 'latest' ? [{ one, before, isSure: false }] : [];
    return [{ one, before, isSure: fits === false }];
  });
  return steps.length === 0
    ? { kind: 'done' }
    : { kind: 'steps', steps, isOpaque: steps.every(({ isSure }) => !isSure) };
}

interface Todo {
  /** Undefined if the task makes the environment. */
  readonly state: Extract<PipPackages, { kind: 'packages' }> | undefined;
  readonly steps: readonly Step[];
  readonly isOpaque: boolean;
  readonly isNew: boolean;
  readonly kind: 'steps';
}

function change(args: Arguments, todo: Todo, { seen, context }: Observed): Outcome {
  const { virtualenv } = args;
  if (virtualenv !== undefined) {
    const foreignWay = inForeignHands([file(virtualenv, 'target')], seen, context);
    if (foreignWay !== undefined)
      return { ...foreignWay, remedy: 'Run the task as the owner of the directory: become_user: USER.' };
  }
  const request = pipPackages(placeOf(args));
  const before = seen.certainty(request) === 'after_change' ? 'after_change' : 'certain';
  return {
    kind: 'change',
    differences: differencesOf(args, todo),
    certainty: todo.isOpaque ? 'opaque' : before,
    predictions: [
      predict(request, {
        kind: 'packages',
        versions: versionsAfter(args, todo),
        isManaged: todo.state?.isManaged ?? false,
      }),
      ...(virtualenv === undefined
        ? []
        : [
            predict(file(virtualenv, 'target'), {
              type: 'directory' as const,
              ...UNKNOWN_ATTRIBUTES,
              changedBeneath: true,
            }),
          ]),
    ],
    touches: 'predicted',
    apply: () => ({ script: scriptOf(args, todo) }),
    planned: resultOf(args),
  };
}

/** Returns the packages after the change, as far as a plan knows them: without their dependencies. */
function versionsAfter(args: Arguments, { state, steps }: Todo): Readonly<Record<string, string | undefined>> {
  const changed = steps.flatMap(({ one, before }) =>
    one.name === undefined || (one.isConditional && before === undefined)
      ? []
      : [[one.name, /^==\s*([^*,\s]+)$/.exec(one.conditions)?.[1]] as const],
  );
  // Other packages may change, because a package that changes can need other versions of them.
  const others = Object.keys(state?.versions ?? {}).map((name) => [name, undefined] as const);
  if (args.state !== 'absent') return Object.fromEntries([...others, ...changed]);
  const gone = new Set(changed.map(([name]) => name));
  return Object.fromEntries(others.filter(([name]) => !gone.has(name)));
}

function differencesOf(args: Arguments, { steps, isNew }: Todo): readonly Difference[] {
  const of = args.virtualenv ?? 'Python packages';
  const made: readonly Difference[] = isNew
    ? [{ kind: 'field', of, field: 'virtual environment', before: null, after: makerOf(args).join(' ') }]
    : [];
  const all = steps.map(({ one, before }): Difference => ({
    kind: 'field',
    of,
    field: one.name ?? one.text,
    before: before ?? null,
    after:
      args.state === 'absent'
        ? null
        : args.state === 'latest'
          ? 'latest'
          : one.conditions === ''
            ? 'installed'
            : one.conditions,
  }));
  if (all.length > 0 || args.requirements === undefined) return [...made, ...all];
  return [...made, { kind: 'field', of, field: 'packages', before: null, after: `what ${args.requirements} names` }];
}

function scriptOf(args: Arguments, { steps, isNew }: Todo): string {
  const pip =
    args.virtualenv === undefined
      ? (placeOf(args) as Extract<PipPlace, { kind: 'system' }>).command
      : [`${args.virtualenv}/bin/python`, '-m', 'pip'];
  const words = [
    ...pip,
    ...(args.state === 'absent' ? ['uninstall', '-y'] : ['install', '-q']),
    ...(args.state === 'latest' ? ['--upgrade'] : []),
    ...(args.state === 'forcereinstall' ? ['--upgrade', '--force-reinstall'] : []),
    ...(splitWords(args.extra_args ?? '') ?? []),
    ...(args.requirements === undefined
      ? steps.flatMap(({ one }) => [
          ...(args.editable ? ['-e'] : []),
          args.state === 'absent' ? (one.name ?? one.text) : one.text,
        ])
      : ['-r', args.requirements]),
  ];
  const make = [
    ...makerOf(args),
    ...(args.virtualenv_site_packages ? ['--system-site-packages'] : []),
    args.virtualenv ?? '',
  ];
  return `set -e
${args.umask === undefined ? '' : `umask ${quote(args.umask)}\n`}export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1${args.break_system_packages ? ' PIP_BREAK_SYSTEM_PACKAGES=1' : ''}
${args.chdir === undefined ? '' : `cd -- ${quote(args.chdir)}\n`}${isNew ? `${make.map(quote).join(' ')} >&2\n` : ''}${words.map(quote).join(' ')} >&2
`;
}

function resultOf({
  name,
  version,
  requirements,
  virtualenv,
  state,
}: Arguments): Readonly<Record<string, string | readonly string[] | null>> {
  return {
    name: name ?? [],
    version: version ?? null,
    requirements: requirements ?? null,
    virtualenv: virtualenv ?? null,
    state,
  };
}

function noPip({ executable }: Arguments): Impossible {
  return {
    kind: 'impossible',
    what: `this host has no ${executable ?? 'pip'}`,
    remedy: 'Install it with a task before this one: package: { name: python3-pip }. Or set virtualenv.',
  };
}

function managed(): Impossible {
  return {
    kind: 'impossible',
    what: 'the distribution manages the Python packages of this host itself',
    why: 'A file EXTERNALLY-MANAGED says so (PEP 668): pip could break programs of the system.',
    remedy:
      'Set virtualenv, or install the package of the distribution: package: { name: python3-… }. break_system_packages: true does it nevertheless.',
  };
}

function foreign({ virtualenv }: Arguments): Impossible {
  return {
    kind: 'impossible',
    what: `${virtualenv ?? ''} belongs to another user`,
    why: 'Programs of this user would run as the user of the task.',
    remedy: 'Run the task as the owner of the environment: become_user: USER.',
  };
}
