import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { settingRequest } from '../resources/setting.ts';
import { alsoDigits, boolean, filledText, wholeNumber } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { type WantedSetting, planSettings } from './system/setting-plan.ts';

const line = (): z.ZodType<string> => filledText().refine((value) => !/[\r\n]/.test(value), 'must be one line');

const forward = z.strictObject({
  port: z
    .union([wholeNumber({ min: 1, max: 65_535 }).transform(String), line()])
    .describe('The port at which packets arrive.'),
  proto: z.enum(['tcp', 'udp']).describe('The protocol.'),
  toport: z
    .union([wholeNumber({ min: 1, max: 65_535 }).transform(String), line()])
    .describe('The port to which packets are forwarded.'),
  toaddr: line().optional().describe('The address to which packets are forwarded. Default: the host itself.'),
});

const SETTINGS = [
  'service',
  'port',
  'protocol',
  'source',
  'interface',
  'rich_rule',
  'icmp_block',
  'icmp_block_inversion',
  'masquerade',
  'forward',
  'port_forward',
  'target',
] as const;

const schema = z
  .strictObject({
    state: z
      .enum(['enabled', 'disabled', 'present', 'absent'])
      .describe('Whether the zone has the setting. present and absent are for a zone itself, and for its target.'),
    zone: alsoDigits(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]*$/, 'must be the name of a zone'))
      .optional()
      .describe('The zone. Default: the default zone of the host.'),
    service: line().optional().describe('A service that firewalld knows, such as https.'),
    port: line()
      .refine((value) => /^\d+(-\d+)?\/[a-z0-9]+$/.test(value), 'must be a port with its protocol, such as 8080/tcp')
      .optional()
      .describe('A port or range with its protocol: 8080/tcp, 6000-6010/udp.'),
    protocol: line().optional().describe('A protocol, such as vrrp.'),
    source: line().optional().describe('A source that belongs to the zone: an address, a network or ipset:NAME.'),
    interface: line().optional().describe('An interface that belongs to the zone. It leaves the zone that it was in.'),
    rich_rule: line().optional().describe("A rule in firewalld's rich language."),
    icmp_block: line().optional().describe('A type of ICMP that is blocked.'),
    icmp_block_inversion: boolean().optional().describe('Whether the blocked types of ICMP are the only ones let in.'),
    masquerade: boolean().optional().describe('Whether addresses are masqueraded. With state disabled: the opposite.'),
    forward: boolean().optional().describe('Whether packets are forwarded within the zone.'),
    port_forward: z
      .union([z.array(forward).length(1), forward.transform((one) => [one])], {
        error: 'must be a list of one map with port, proto and toport',
      })
      .optional()
      .describe('A port that is forwarded.'),
    target: z
      .enum(['default', 'ACCEPT', 'DROP', '%%REJECT%%'])
      .optional()
      .describe('What the zone does with packets that nothing allows. It is permanent. absent: default.'),
    permanent: boolean()
      .default(false)
      .describe('Whether the setting is changed in the configuration, which counts from the next start or reload on.'),
    immediate: boolean()
      .optional()
      .describe('Whether the setting is changed in the running firewall. Default: if permanent is false.'),
    timeout: wholeNumber().default(0).describe('Seconds after which a setting of the running firewall ends. 0: never.'),
    offline: boolean()
      .default(false)
      .describe('With permanent: whether the configuration alone is changed if firewalld does not run.'),
  })
  .superRefine((args, context) => {
    const given = SETTINGS.filter((name) => args[name] !== undefined);
    const fault = faultOf(args, given);
    if (fault !== undefined) context.addIssue({ code: 'custom', ...fault });
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'firewalld',
  summary: 'Change services, ports, rules and zones of firewalld, in the running firewall and in its configuration.',
  arguments: schema,
  examples: [
    'firewalld: { service: https, permanent: true, immediate: true, state: enabled }',
    'firewalld: { port: 8080/tcp, zone: internal, permanent: true, immediate: true, state: disabled }',
    'firewalld: { zone: backups, permanent: true, state: present }',
  ],
  observes: (args) => wantedOf(args).map(({ request }) => request),
  plan: (args, _loaded, seen, context) =>
    planSettings(
      wantedOf(args),
      {
        what: 'the firewall of the host',
        program: 'firewall-cmd',
        package: 'firewalld',
        result: { zone: args.zone ?? 'default', state: args.state },
        remedyFor: (why) =>
          /not running/i.test(why)
            ? 'Start it with a task before this one: service: { name: firewalld, state: started }; or write permanent: true, without immediate.'
            : undefined,
      },
      seen,
      context,
    ),
});

interface Fault {
  readonly path: string[];
  readonly message: string;
}

/** Returns the first rule about the arguments together that is broken. */
function faultOf(
  args: Pick<Arguments, 'state' | 'zone' | 'permanent' | 'immediate' | 'timeout'>,
  given: readonly (typeof SETTINGS)[number][],
): Fault | undefined {
  const [first, second] = given;
  if (second !== undefined)
    return { path: [second], message: `cannot be given together with ${first}\nWrite a task for each of them.` };
  if (args.timeout > 0 && args.permanent)
    return { path: ['timeout'], message: 'is for the running firewall alone\nRemove permanent, or timeout.' };
  return stateFault(args, first);
}

function stateFault(
  args: Pick<Arguments, 'state' | 'zone' | 'permanent' | 'immediate'>,
  first: (typeof SETTINGS)[number] | undefined,
): Fault | undefined {
  const isOfZone = first === undefined || first === 'target';
  if (first === undefined && args.zone === undefined)
    return { path: ['zone'], message: 'must be given\nName the zone, or a setting such as service.' };
  if (first === undefined && (args.state === 'enabled' || args.state === 'disabled'))
    return {
      path: ['state'],
      message: 'must be present or absent for a zone\nWrite one of them, or name a setting such as service.',
    };
  if (!isOfZone && (args.state === 'present' || args.state === 'absent'))
    return { path: ['state'], message: 'must be enabled or disabled for a setting\npresent and absent are for zones.' };
  if (isOfZone && (!args.permanent || args.immediate === true))
    return {
      path: ['permanent'],
      message: 'must be true here, without immediate\nZones change in the configuration alone.',
    };
  return undefined;
}

function wantedOf(args: Arguments): readonly WantedSetting[] {
  const isImmediate = args.immediate ?? !args.permanent;
  return [...(args.permanent ? [settingOf(args, true)] : []), ...(isImmediate ? [settingOf(args, false)] : [])];
}

function settingOf(args: Arguments, permanent: boolean): WantedSetting {
  const zone = args.zone === undefined ? '' : ` --zone=${quote(args.zone)}`;
  const where = permanent ? 'permanent' : 'running';
  const id = `firewalld ${where} ${args.zone ?? '(default)'}`;
  const part = targetOf(args, zone) ?? partOf(args, zone, permanent);
  if (part === undefined) return zoneOf(args, id);
  const wanted = part.isWanted === (args.state === 'enabled' || args.state === 'present') ? 'enabled' : 'disabled';
  const mayStop = args.offline && args.permanent && !permanent;
  return {
    request: settingRequest(
      `${id} ${part.name}${mayStop ? ' if it runs' : ''}`,
      `${begun(permanent)}
${mayStop ? "firewall-cmd -q --state 2>/dev/null || { echo 'not running'; exit 0; }\n" : ''}${part.question}`,
    ),
    wanted,
    ...(mayStop ? { accepts: (answer) => answer === 'not running' } : {}),
    differences: (before) => [
      {
        kind: 'field',
        of: `firewalld ${args.zone ?? 'default zone'}`,
        field: `${part.name} (${where})`,
        before,
        after: wanted,
      },
    ],
    script: `${begun(permanent)}\n${wanted === 'enabled' ? part.on : part.off}`,
  };
}

interface Part {
  readonly name: string;
  /** Shell text that prints enabled or disabled. */
  readonly question: string;
  /** Shell text that turns it on, and off. */
  readonly on: string;
  readonly off: string;
  /** False for a switch that the arguments turn off: state disabled then turns it on. */
  readonly isWanted: boolean;
}

/** Returns the setting of a zone that the task names; undefined if it names none. */
function partOf(args: Arguments, zone: string, permanent: boolean): Part | undefined {
  const timeout = !permanent && args.timeout > 0 ? ` --timeout=${args.timeout}` : '';
  const part = (name: string, option: string, isWanted: boolean, adds = 'add'): Part => ({
    name,
    question: `said=$(call${zone} --query-${option} 2>&1)
case $? in 0) echo enabled ;; 1) echo disabled ;; *) printf '%s\\n' "$said" >&2; exit 1 ;; esac`,
    on: `call${zone} --${adds}-${option}${timeout}`,
    off: `call${zone} --remove-${option}`,
    isWanted,
  });
  const valued = (name: string, value: string | undefined, adds?: string): readonly Part[] =>
    value === undefined ? [] : [part(`${name} ${value}`, `${name.replaceAll(' ', '-')}=${quote(value)}`, true, adds)];
  const turned = (name: string, value: boolean | undefined): readonly Part[] =>
    value === undefined ? [] : [part(name, name.replaceAll(' ', '-'), value)];
  const [port] = args.port_forward ?? [];
  const forwarded =
    port === undefined
      ? undefined
      : `port=${port.port}:proto=${port.proto}:toport=${port.toport}${port.toaddr === undefined ? '' : `:toaddr=${port.toaddr}`}`;
  return [
    ...valued('service', args.service),
    ...valued('port', args.port),
    ...valued('protocol', args.protocol),
    ...valued('source', args.source),
    ...valued('interface', args.interface, 'change'),
    ...valued('rich rule', args.rich_rule),
    ...valued('icmp block', args.icmp_block),
    ...valued('forward port', forwarded),
    ...turned('icmp block inversion', args.icmp_block_inversion),
    ...turned('masquerade', args.masquerade),
    ...turned('forward', args.forward),
  ][0];
}

/** A new zone has no target and no other setting yet. */
function targetOf({ target, state }: Arguments, zone: string): Part | undefined {
  if (target === undefined) return undefined;
  const isOwn = target !== 'default' && (state === 'enabled' || state === 'present');
  const is = isOwn ? quote(target) : 'default';
  return {
    name: isOwn ? `target ${target}` : 'target of its own',
    question: `told=$(call${zone} --get-target) || exit 1
[ "$told" ${isOwn ? '=' : '!='} ${is} ] && echo enabled || echo disabled`,
    on: `call${zone} --set-target=${is}`,
    off: `call${zone} --set-target=default`,
    isWanted: isOwn === (state === 'enabled' || state === 'present'),
  };
}

/** Shell text that defines `call`. The configuration is also reached while firewalld does not run. */
function begun(permanent: boolean): string {
  return `command -v firewall-cmd >/dev/null || exit 127
${permanent ? 'if firewall-cmd -q --state 2>/dev/null; then call() { firewall-cmd --permanent "$@"; }; else call() { firewall-offline-cmd "$@"; }; fi' : 'call() { firewall-cmd "$@"; }'}`;
}

function zoneOf({ state, zone = '' }: Arguments, id: string): WantedSetting {
  return {
    request: settingRequest(
      id,
      `${begun(true)}
told=$(call --get-zones) || exit 1
case " $told " in *${quote(` ${zone} `)}*) echo present ;; *) echo absent ;; esac`,
    ),
    wanted: state,
    beneath: 'disabled',
    differences: (before) => [{ kind: 'field', of: 'firewalld', field: `zone ${zone}`, before, after: state }],
    script: `${begun(true)}\ncall --${state === 'present' ? 'new' : 'delete'}-zone=${quote(zone)}`,
  };
}
