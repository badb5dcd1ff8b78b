import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type Seen, predict } from '../resources/base/resource.ts';
import { moduleOf, normalizeValue, sysctlPath, sysctlRequest, type SysctlState } from '../resources/sysctl.ts';
import type { ValueMap } from '../values/base/value.ts';
import { boolean, exactlyOne, path } from './base/arguments.ts';
import { type Apply, type Context, type Difference, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { editText, textRequest } from './edit/text-edit.ts';
import { unsafePath } from './path/file-attributes.ts';
import { fileNeeds, forWriters } from './path/file-needs.ts';

const key = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]+[./][A-Za-z0-9_.:/@-]+$/,
    'must be the name of a kernel parameter, such as net.ipv4.ip_forward',
  )
  .refine((name) => !sysctlPath(name).split('/').includes('..'), 'must be the name of a kernel parameter');
const VALUE = 'must be a text of one line, or a number';
const value = z
  .union([z.string().regex(/^[^\S\n]*\S[^\n]*$/, VALUE), z.number()], { error: VALUE })
  .transform((given) => normalizeValue(String(given)));

const schema = exactlyOne(
  z.strictObject({
    name: key.optional().describe('The parameter, if there is only one.'),
    value: value.optional().describe('The value of the parameter. It is needed with name, unless state is absent.'),
    values: z.record(key, value).optional().describe('Several parameters with their values, in one file.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe('`absent` removes the lines from the file. The running kernel keeps its values.'),
    sysctl_file: path()
      .default('/etc/sysctl.d/99-runbook.conf')
      .describe('The file with the values for the next boot.'),
    reload: boolean()
      .default(true)
      .describe('Whether the running kernel gets the values too. false: only the file is changed.'),
    sysctl_set: boolean()
      .default(false)
      .describe('Whether the running kernel gets the values even if reload is false.'),
    optional: boolean()
      .default(false)
      .describe(
        'Whether a parameter that does not exist, or cannot be set (as in a container), is only written to the file, with a warning. If false, it is an error.',
      ),
    unsafe_path: unsafePath(),
    ignoreerrors: boolean().default(false).describe('Does the same as optional. This is the name that Ansible uses.'),
  }),
  ['name', 'values'],
);

type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'sysctl',
  summary: 'Set kernel parameters, now and for the next boot.',
  arguments: schema,
  aliases: { key: 'name', val: 'value' },
  examples: [
    'sysctl: { name: net.ipv4.ip_forward, value: 1 }',
    'sysctl: { values: { net.ipv4.ip_forward: 1, net.core.somaxconn: 16384 }, sysctl_file: /etc/sysctl.d/90-kubernetes.conf }',
  ],
  observes: (args, _loaded, context) => [
    textRequest(args.sysctl_file),
    ...fileNeeds([args.sysctl_file], {}, context),
    ...(isLive(args) ? namesOf(args).map(sysctlRequest) : []),
  ],
  plan: (args, _loaded, seen, context) => plan(args, seen, context),
});

function isLive(args: Arguments): boolean {
  return (args.reload || args.sysctl_set) && args.state === 'present';
}

function namesOf(args: Arguments): readonly string[] {
  return args.values === undefined ? (args.name === undefined ? [] : [args.name]) : Object.keys(args.values);
}

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const wanted = wantedValues(args);
  if (wanted === undefined)
    return { kind: 'impossible', what: `${args.name ?? ''} has no value`, remedy: 'Give value, or state: absent' };
  const live = isLive(args) ? planLive(args, wanted, seen) : NOTHING_LIVE;
  if ('kind' in live) return live;
  const edit = editText(
    args.sysctl_file,
    (text) => editLines(text, wanted),
    { seen, context },
    {
      unsafe_path: args.unsafe_path,
    },
  );
  if (edit.kind !== 'edit') return edit;
  const result: ValueMap = { sysctl_file: args.sysctl_file, warnings: [...live.warnings] };
  if (edit.differences.length === 0 && live.steps.length === 0) return { kind: 'in_sync', result };
  const fileRequest = textRequest(args.sysctl_file);
  const outcome: Outcome = {
    kind: 'change',
    differences: [...edit.differences, ...live.steps.map(difference)],
    certainty: seen.certainty(fileRequest) === 'after_change' || live.uncertain ? 'after_change' : 'certain',
    predictions: [
      ...edit.predictions,
      ...live.steps.map(({ name, after, state }) => predict(sysctlRequest(name), { ...state, value: after })),
    ],
    touches: 'predicted',
    async apply() {
      const written = await edit.apply();
      return {
        ...written,
        script: `${edit.differences.length === 0 ? '' : `{ ${written.script}\n} || exit\n`}${live.steps.map(setLive).join('')}`,
        finish: finishWith(result),
      };
    },
    planned: result,
  };
  if (live.steps.length > 0) return forRootAlone(outcome, 'parameters of the kernel', context);
  return forWriters(outcome, args.sysctl_file, seen, context);
}

function finishWith(result: ValueMap): NonNullable<Apply['finish']> {
  return ({ status, stderr }) =>
    status === 0
      ? { kind: 'done', result }
      : {
          kind: 'failed',
          what: stderr.toString('utf8').trim() || `it ended with exit status ${status}`,
          result: { ...result, rc: status },
        };
}

/** Returns the wanted values by name; null for a line to be removed. Undefined if name or value is missing. */
function wantedValues(args: Arguments): ReadonlyMap<string, string | null> | undefined {
  if (args.state === 'absent') return new Map(namesOf(args).map((name) => [name, null]));
  if (args.values !== undefined) return new Map(Object.entries(args.values));
  return args.name === undefined || args.value === undefined ? undefined : new Map([[args.name, args.value]]);
}

interface LiveStep {
  readonly name: string;
  readonly state: SysctlState;
  readonly after: string;
}

interface Live {
  readonly steps: readonly LiveStep[];
  readonly warnings: readonly string[];
  readonly uncertain: boolean;
}

const NOTHING_LIVE: Live = { steps: [], warnings: [], uncertain: false };

function planLive(args: Arguments, wanted: ReadonlyMap<string, string | null>, seen: Seen): Live | Outcome {
  const lenient = args.optional || args.ignoreerrors;
  const steps: LiveStep[] = [];
  const warnings: string[] = [];
  let uncertain = false;
  for (const [name, after] of wanted) {
    const request = sysctlRequest(name);
    const state = seen.of(request);
    if (after === null || state.value === after) continue;
    const isLater = seen.certainty(request) === 'after_change';
    if (!state.exists && isLater && !lenient)
      return { kind: 'cannot_know', because: `${name} does not exist yet; an earlier change may bring it` };
    if (state.exists && state.writable) {
      steps.push({ name, state, after });
      uncertain ||= isLater;
      continue;
    }
    const what = state.exists
      ? `${name} is ${state.value ?? 'not readable'} and cannot be set here`
      : `There is no kernel parameter ${name} here`;
    if (!lenient) return { kind: 'impossible', what, remedy: remedyFor(name, state) };
    warnings.push(what);
  }
  return { steps, warnings, uncertain };
}

function remedyFor(name: string, state: SysctlState): string {
  const module = moduleOf(sysctlPath(name));
  if (!state.exists && module !== undefined)
    return `Load the module that brings it with a task before this one: kernel_module: { name: ${module} }`;
  return 'Set it on the machine that this host runs on and reload: false here, or optional: true if it may be left as it is';
}

function difference({ name, state, after }: LiveStep): Difference {
  return { kind: 'field', of: `sysctl ${name}`, field: 'value', before: state.value ?? null, after };
}

function setLive({ name, after }: LiveStep): string {
  const message = `${name} cannot be set to ${after}`;
  return `{ printf '%s\\n' ${quote(after)} >${quote(`/proc/sys/${sysctlPath(name)}`)}; } 2>/dev/null || { printf '%s\\n' ${quote(message)} >&2; exit 1; }\n`;
}

/** Returns the parameter and the value of a line; an empty list if the line sets nothing. */
function assigned(line: string): readonly [name?: string, value?: string] {
  const [before = '', ...values] = line.split('=');
  const name = before.trim().replace(/^-/, '').trimStart();
  return values.length === 0 || /^(?:[#;]|$)/.test(name) ? [] : [name, normalizeValue(values.join('=').trim())];
}

/**
 * Returns the edited text. Of several lines with one name, only the last counts: if all last lines are right, all lines
 * stay. Otherwise each last line keeps its place, and the earlier lines of its name are removed. New names are added at
 * the end.
 */
function editLines(text: string, wanted: ReadonlyMap<string, string | null>): string {
  const byPath = new Map([...wanted].map(([name, value]) => [sysctlPath(name), { name, value }]));
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const inForce = new Map(
    lines.map((line) => assigned(line)).map(([found = '', current]) => [sysctlPath(found), current]),
  );
  if ([...byPath].every(([at, { value }]) => (value === null ? !inForce.has(at) : inForce.get(at) === value)))
    return text;
  const kept: string[] = [];
  const done = new Set<string>();
  for (const line of lines.toReversed()) {
    const [found, current] = assigned(line);
    const entry = found === undefined ? undefined : byPath.get(sysctlPath(found));
    if (entry === undefined || found === undefined) {
      kept.push(line);
      continue;
    }
    const isFirst = !done.has(sysctlPath(found));
    done.add(sysctlPath(found));
    if (isFirst && entry.value !== null) kept.push(current === entry.value ? line : `${entry.name} = ${entry.value}`);
  }
  const added = [...byPath].flatMap(([at, { name, value }]) =>
    done.has(at) || value === null ? [] : [`${name} = ${value}`],
  );
  const after = [...kept.toReversed(), ...added];
  return after.join('\n') === lines.join('\n') ? text : after.map((line) => `${line}\n`).join('');
}
