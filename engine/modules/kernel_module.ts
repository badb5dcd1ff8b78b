import { z } from 'zod';
import { type Seen, predict } from '../resources/base/resource.ts';
import { type KernelModuleState, isPresent, kernelModuleRequest } from '../resources/kernel-module.ts';
import type { ValueMap } from '../values/base/value.ts';
import { alsoDigits, boolean } from './base/arguments.ts';
import { type Context, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { editText, textNeeds } from './edit/text-edit.ts';

const moduleName = alsoDigits(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'must be the name of a kernel module'));

const schema = z.strictObject({
  name: z
    .union([moduleName.transform((name) => [name]), z.array(moduleName).min(1)], {
      error: 'must be the name of a kernel module, or a list of names',
    })
    .describe('One module or several.'),
  state: z
    .enum(['present', 'absent'])
    .default('present')
    .describe('Whether the module is loaded. A module that is built into the kernel counts as loaded.'),
  persistent: z
    .union([boolean(), z.enum(['present', 'disabled'])], {
      error: 'must be true or false\nWith state: absent, true takes the module out of the file that loads it at boot.',
    })
    .transform((written) => written === true || written === 'present')
    .default(true)
    .describe(
      'Whether the module is also loaded at boot, by a file in /etc/modules-load.d. `present` means true, `disabled` means false.',
    ),
  file: alsoDigits(z.string().regex(/^[A-Za-z0-9_.-]+$/, 'must be a file name without a folder'))
    .optional()
    .describe(
      'Name of the file in /etc/modules-load.d, without .conf. Default: the name of the module; with several modules, `runbook`.',
    ),
  optional: boolean()
    .default(false)
    .describe('Whether a module that this kernel does not have is skipped, with a warning.'),
});

type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'kernel_module',
  summary: 'Load kernel modules, now and at boot.',
  arguments: schema,
  freeForm: 'name',
  foreign: {
    params:
      'Write the options into /etc/modprobe.d/NAME.conf by copy: {content: "options NAME a=1\\n", dest: /etc/modprobe.d/NAME.conf}.',
  },
  examples: [
    'kernel_module: { name: br_netfilter }',
    'kernel_module: { name: [ip_vs, ip_vs_rr, ip_vs_sh], file: ipvs, optional: true }',
  ],
  observes: (args) => [...args.name.map(kernelModuleRequest), ...(args.persistent ? textNeeds(fileOf(args)) : [])],
  plan: (args, _loaded, seen, context) => forRootAlone(plan(args, seen, context), 'the modules of the kernel', context),
});

function fileOf(args: Arguments): string {
  const [first = 'runbook', ...others] = args.name;
  return `/etc/modules-load.d/${args.file ?? (others.length === 0 ? first : 'runbook')}.conf`;
}

interface Sorted {
  /** The modules that can reach the wanted state. */
  readonly usable: readonly string[];
  readonly steps: readonly { readonly name: string; readonly state: KernelModuleState }[];
  readonly warnings: readonly string[];
  readonly uncertain: boolean;
}

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const sorted = args.state === 'present' ? sortForLoading(args, seen, context) : sortForRemoval(args, seen);
  if ('kind' in sorted) return sorted;
  const edit = args.persistent
    ? editText(fileOf(args), (text) => editNames(text, args, sorted.usable), { seen, context })
    : undefined;
  if (edit !== undefined && edit.kind !== 'edit') return edit;
  const result: ValueMap = { name: [...args.name], warnings: [...sorted.warnings] };
  const fileDifferences = edit?.differences ?? [];
  if (sorted.steps.length === 0 && fileDifferences.length === 0) return { kind: 'in_sync', result };
  const after: KernelModuleState = { presence: args.state === 'present' ? 'loaded' : 'available' };
  return {
    kind: 'change',
    differences: [
      ...sorted.steps.map(({ name, state }) => ({
        kind: 'field' as const,
        of: `kernel module ${name}`,
        field: 'state',
        before: state.presence,
        after: after.presence,
      })),
      ...fileDifferences,
    ],
    certainty: sorted.uncertain ? 'after_change' : 'certain',
    predictions: [
      ...sorted.steps.map(({ name }) => predict(kernelModuleRequest(name), after)),
      ...(edit?.predictions ?? []),
    ],
    touches: 'predicted',
    async apply() {
      const written = fileDifferences.length === 0 ? undefined : await edit?.apply();
      const names = sorted.steps.map(({ name }) => name);
      // The modprobe of busybox accepts -a, but not together with -r.
      const live = names.map((name) => `modprobe ${args.state === 'present' ? '' : '-r '}${name} || exit\n`).join('');
      return { ...written, script: `${live}${written?.script ?? ''}` };
    },
    planned: result,
  };
}

function sortForLoading(
  args: Arguments,
  seen: Seen,
  context: Context,
): Sorted | Impossible | Extract<Outcome, { kind: 'cannot_know' }> {
  const container = context.facts.virtualization.startsWith('container:');
  const warnings: string[] = [];
  const usable: string[] = [];
  const steps: { name: string; state: KernelModuleState }[] = [];
  let uncertain = false;
  for (const name of args.name) {
    const request = kernelModuleRequest(name);
    const state = seen.of(request);
    const isLater = seen.certainty(request) === 'after_change';
    if (!isPresent(state) && (state.presence === 'missing' || container)) {
      if (!args.optional && isLater && !container)
        return { kind: 'cannot_know', because: `the module ${name} is not there yet; an earlier change may bring it` };
      const what = container
        ? `The kernel module ${name} is not loaded, and a container cannot load it`
        : `This kernel has no module ${name}`;
      const remedy = container
        ? 'Load it on the machine that this host runs on; or set optional: true, if it may be missing'
        : `Install the package of modules for kernel ${context.facts.kernel}; or set optional: true, if it may be missing`;
      if (!args.optional) return { kind: 'impossible', what, remedy };
      warnings.push(what);
      continue;
    }
    usable.push(name);
    if (!isPresent(state)) {
      steps.push({ name, state });
      uncertain ||= isLater;
    }
  }
  return { usable, steps, warnings, uncertain };
}

function sortForRemoval(args: Arguments, seen: Seen): Sorted | Impossible {
  const builtin = args.name.find((name) => seen.of(kernelModuleRequest(name)).presence === 'builtin');
  if (builtin !== undefined && !args.optional)
    return {
      kind: 'impossible',
      what: `${builtin} is built into the kernel: it cannot be removed`,
      remedy: 'Leave the task out for this host: when: facts.kernel != "…".',
    };
  const steps = args.name
    .map((name) => ({ name, state: seen.of(kernelModuleRequest(name)) }))
    .filter(({ state }) => state.presence === 'loaded');
  const uncertain = steps.some(({ name }) => seen.certainty(kernelModuleRequest(name)) === 'after_change');
  return {
    usable: [],
    steps,
    warnings: builtin === undefined ? [] : [`${builtin} is built into the kernel`],
    uncertain,
  };
}

function editNames(text: string, args: Arguments, usable: readonly string[]): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const listed = new Set(lines.map(plain));
  const unwanted = new Set(args.state === 'absent' ? args.name.map(plain) : []);
  const after = [
    ...lines.filter((line) => !unwanted.has(plain(line))),
    ...usable.filter((name) => !listed.has(plain(name))),
  ];
  return after.length === lines.length && unwanted.size === 0 ? text : after.map((line) => `${line}\n`).join('');
}

function plain(name: string): string {
  return name.trim().replaceAll('-', '_');
}
