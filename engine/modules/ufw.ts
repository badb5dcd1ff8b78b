import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type Request, predict } from '../resources/base/resource.ts';
import { type SettingDetail, type SettingState, settingRequest } from '../resources/setting.ts';
import { boolean, filledText, wholeNumber } from './base/arguments.ts';
import { type Context, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { ufwWords } from './firewall/ufw-words.ts';
import { type SettingTask, type WantedSetting, planSettings, systemScript } from './system/setting-plan.ts';

const word = (): z.ZodType<string> =>
  z
    .union([z.number(), filledText()], { error: 'must be a text or a number' })
    .transform(String)
    .refine((value) => !/[\r\n]/.test(value), 'must be one line')
    .refine((value) => !value.startsWith('-'), 'must not begin with a hyphen');

const schema = z
  .strictObject({
    state: z
      .enum(['enabled', 'disabled', 'reloaded', 'reset'])
      .optional()
      .describe(
        '`enabled`: the firewall works, now and after a boot. `reset`: it is disabled, and its rules are removed.',
      ),
    policy: z
      .enum(['allow', 'deny', 'reject'])
      .optional()
      .describe('What happens to packets that no rule decides, in the given direction.'),
    direction: z
      .enum(['in', 'out', 'incoming', 'outgoing', 'routed'])
      .optional()
      .describe(
        'The direction of the rule (in, out) or of the policy (incoming, outgoing, routed). Default: incoming.',
      ),
    logging: z
      .union(
        [z.enum(['on', 'off', 'low', 'medium', 'high', 'full']), z.boolean().transform((on) => (on ? 'on' : 'off'))],
        {
          error: 'must be on, off, low, medium, high or full',
        },
      )
      .optional()
      .describe('The level of the log; on keeps the level of a log that is on already.'),
    rule: z.enum(['allow', 'deny', 'limit', 'reject']).optional().describe('What the rule does.'),
    delete: boolean().default(false).describe('Whether the rule is removed.'),
    route: boolean().default(false).describe('Whether the rule is for packets that are forwarded.'),
    insert: wholeNumber({ min: 1 })
      .optional()
      .describe(
        'The number that a new rule gets. A number beyond the last rule means the end. Default: the end. An existing rule stays where it is.',
      ),
    interface: word().optional().describe('The interface of the rule. It needs direction: in or out.'),
    interface_in: word().optional().describe('The interface on which packets arrive.'),
    interface_out: word().optional().describe('The interface by which packets leave.'),
    log: boolean().default(false).describe('Whether new connections that match the rule are logged.'),
    from_ip: word().default('any').describe('The address or network of the source.'),
    from_port: word().optional().describe('The port of the source, a list (80,443) or a range (6000:6007).'),
    to_ip: word().default('any').describe('The address or network of the destination.'),
    to_port: word().optional().describe('The port of the destination, a list or a range.'),
    proto: z
      .enum(['any', 'tcp', 'udp', 'ipv6', 'esp', 'ah', 'gre', 'igmp', 'vrrp'])
      .optional()
      .describe('The protocol.'),
    name: word().optional().describe('A profile of /etc/ufw/applications.d, such as OpenSSH.'),
    comment: word()
      .refine((value) => !value.includes("'"), "must not hold a '")
      .optional()
      .describe('The comment of the rule. An existing rule gets this comment too.'),
  })
  .superRefine((args, context) => {
    const fault = faultOf(args);
    if (fault !== undefined) context.addIssue({ code: 'custom', ...fault });
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'ufw',
  summary: 'Manage the firewall ufw: its rules, its policies, and whether it works.',
  arguments: schema,
  aliases: {
    default: 'policy',
    from: 'from_ip',
    src: 'from_ip',
    to: 'to_ip',
    dest: 'to_ip',
    port: 'to_port',
    protocol: 'proto',
    app: 'name',
    if: 'interface',
    if_in: 'interface_in',
    if_out: 'interface_out',
  },
  foreign: {
    insert_relative_to:
      'Leave it out, and write the number of the rule in insert; a number beyond the last rule means the end.',
  },
  examples: [
    'ufw: { rule: allow, port: 22, proto: tcp, comment: ssh }',
    'ufw: { policy: deny, direction: incoming }',
    'ufw: { rule: deny, from: 203.0.113.0/24, insert: 1 }',
    'ufw: { state: enabled, logging: low }',
  ],
  observes: (args) => wantedOf(args).map(({ request }) => request),
  plan(args, _loaded, seen, context) {
    const task: SettingTask = {
      what: 'the firewall of the host',
      program: 'ufw',
      package: 'ufw',
      result: { state: args.state ?? '' },
    };
    const outcome = planSettings(wantedOf(args), task, seen, context);
    return args.state === 'reloaded' || args.state === 'reset' ? acted(args.state, outcome, context) : outcome;
  },
});

interface Fault {
  readonly path: string[];
  readonly message: string;
}

type Given = Pick<Arguments, 'state' | 'policy' | 'rule' | 'logging' | 'direction'> & Interfaces;

/** Returns the first rule about the arguments together that is broken. */
function faultOf(args: Given): Fault | undefined {
  const { state, policy, rule, logging, direction } = args;
  if ([state, policy, rule, logging].every((one) => one === undefined))
    return { path: [], message: 'give one of state, policy, rule, logging\nAdd what shall be done.' };
  if (rule !== undefined && direction !== undefined && direction !== 'in' && direction !== 'out')
    return { path: ['direction'], message: 'must be in or out for a rule\nWrite policy in a task of its own.' };
  return interfaceFault(args);
}

function interfaceFault({ direction, route, ...given }: Given): Fault | undefined {
  const isOnOne = given.interface_in !== undefined || given.interface_out !== undefined;
  const isOnBoth = given.interface_in !== undefined && given.interface_out !== undefined;
  if (given.interface !== undefined && direction === undefined)
    return { path: ['direction'], message: 'must be given with interface\nWrite direction: in or out.' };
  if (direction !== undefined && isOnOne)
    return { path: ['direction'], message: 'cannot be given together with interface_in and interface_out\nRemove it.' };
  return isOnBoth && !route
    ? { path: ['route'], message: 'must be true for a rule with interface_in and interface_out\nSet it.' }
    : undefined;
}

interface Interfaces {
  readonly interface?: string | undefined;
  readonly interface_in?: string | undefined;
  readonly interface_out?: string | undefined;
  readonly route: boolean;
}

/** The firewall begins to work only after its rules are there, so that it cannot lock the operator out. */
function wantedOf(args: Arguments): readonly WantedSetting[] {
  const { policy, logging, rule, state } = args;
  return [
    ...(policy === undefined ? [] : [policyOf(policy, directionOf(args.direction))]),
    ...(logging === undefined ? [] : [loggingOf(logging)]),
    ...(rule === undefined ? [] : [ruleOf({ ...args, rule })]),
    ...(state === 'enabled' || state === 'disabled' ? [stateOf(state)] : []),
  ];
}

type Direction = 'incoming' | 'outgoing' | 'routed';

function directionOf(direction: Arguments['direction']): Direction {
  switch (direction) {
    case 'out':
    case 'outgoing':
      return 'outgoing';
    case 'routed':
      return 'routed';
    case 'in':
    case 'incoming':
    case undefined:
      return 'incoming';
  }
}

const PROGRAM = 'command -v ufw >/dev/null || exit 127\n';
const POLICIES = { incoming: 'INPUT', outgoing: 'OUTPUT', routed: 'FORWARD' } as const;

function policyOf(policy: string, direction: Direction): WantedSetting {
  return {
    request: settingRequest(
      `ufw policy ${direction}`,
      `${PROGRAM}case $(grep '^DEFAULT_${POLICIES[direction]}_POLICY=' /etc/default/ufw) in
*ACCEPT*) echo allow ;; *DROP*) echo deny ;; *REJECT*) echo reject ;; *) echo none ;;
esac`,
    ),
    wanted: policy,
    differences: (before) => [{ kind: 'field', of: 'ufw', field: `policy ${direction}`, before, after: policy }],
    script: `ufw default ${policy} ${direction}`,
  };
}

function loggingOf(level: string): WantedSetting {
  const id = level === 'on' ? 'ufw logging' : 'ufw level';
  return {
    request: settingRequest(
      id,
      `${PROGRAM}level=$(sed -n 's/^LOGLEVEL=//p' /etc/ufw/ufw.conf)
case $level in '') level=off ;; ${level === 'on' ? 'off) ;; *) level=on ;; ' : ''}esac
echo "$level"`,
    ),
    wanted: level,
    differences: (before) => [{ kind: 'field', of: 'ufw', field: 'logging', before, after: level }],
    script: `ufw logging ${level}`,
  };
}

function stateOf(state: 'enabled' | 'disabled'): WantedSetting {
  return {
    request: stateRequest(),
    wanted: state,
    differences: (before) => [{ kind: 'field', of: 'ufw', field: 'state', before, after: state }],
    script: `ufw --force ${state === 'enabled' ? 'enable' : 'disable'}`,
  };
}

function stateRequest(): Request<SettingDetail, SettingState> {
  return settingRequest(
    'ufw state',
    `${PROGRAM}told=$(ufw status 2>&1) || { printf '%s\\n' "$told" >&2; exit 1; }
at_boot=$(sed -n 's/^ENABLED=//p' /etc/ufw/ufw.conf)
case $told/$at_boot in
'Status: active'*/yes) echo enabled ;; 'Status: inactive'*/no) echo disabled ;;
'Status: active'*) echo 'enabled until the next boot' ;; *) echo 'disabled until the next boot' ;;
esac`,
  );
}

/** Compares the rules with those that ufw itself would write for the task. */
function ruleOf(args: Arguments & { readonly rule: string }): WantedSetting {
  const words = ufwWords(args).map(quote).join(' ');
  const route = args.route ? 'route ' : '';
  const verb = args.delete ? 'delete ' : '';
  const [done, open] = args.delete ? ['absent', 'present'] : ['present', 'absent'];
  const add = `ufw ${route}${verb}${words}`;
  return {
    request: settingRequest(
      `ufw rule ${route}${verb}${words}`,
      `${PROGRAM}told=$(ufw --dry-run ${route}${verb}${words} 2>&1) || { printf '%s\\n' "$told" >&2; exit 1; }
list() { sed -n "/^:$1-user-input /,/^COMMIT/{/^### tuple/p;}"; }
answer=${done}
for family in ufw/user.rules ufw6/user6.rules; do
  chain=\${family%/*} now=
  case $told in *":$chain-user-input "*) ;; *) continue ;; esac
  for folder in /etc/ufw /var/lib/ufw /lib/ufw; do
    if [ -r "$folder/\${family#*/}" ]; then now=$(list "$chain" <"$folder/\${family#*/}"); break; fi
  done
  [ "$(printf '%s\\n' "$told" | list "$chain")" = "$now" ] || answer=${open}
done
echo $answer`,
    ),
    wanted: done ?? '',
    differences: (before) => [{ kind: 'field', of: 'ufw', field: `rule ${route}${words}`, before, after: done ?? '' }],
    // ufw refuses a number that is greater than that of the last rule.
    script:
      args.insert === undefined || args.delete
        ? add
        : `{ said=$(ufw ${route}insert ${args.insert} ${words} 2>&1) || case $said in *'Invalid position'*) ${add} ;; *) printf '%s\\n' "$said" >&2; false ;; esac; }`,
  };
}

/** Adds an action that is always a change. */
function acted(action: 'reloaded' | 'reset', outcome: Outcome, context: Context): Outcome {
  if (outcome.kind === 'impossible') return outcome;
  const command = action === 'reset' ? 'ufw --force reset' : 'ufw reload';
  const others = outcome.kind === 'change' ? outcome : undefined;
  const isReset = action === 'reset';
  const rules = settingRequest('ufw rule', `${PROGRAM}grep -ch '^### tuple' /etc/ufw/user.rules || :`);
  return forRootAlone(
    {
      kind: 'change',
      differences: [...(others?.differences ?? []), { kind: 'command', text: command }],
      certainty: others?.certainty ?? 'certain',
      predictions: [
        ...(others?.predictions ?? []),
        ...(isReset
          ? [
              predict(rules, { kind: 'answer', text: '0', beneath: 'absent' }),
              predict(stateRequest(), { kind: 'answer', text: 'disabled' }),
            ]
          : []),
      ],
      touches: 'predicted',
      apply: async () => {
        const before = others === undefined ? systemScript('') : (await others.apply()).script;
        return { script: isReset ? `${systemScript('')}${command} || exit\n${before}` : `${before}${command}\n` };
      },
      planned: outcome.kind === 'change' ? (outcome.planned ?? {}) : {},
    },
    'the firewall of the host',
    context,
  );
}
