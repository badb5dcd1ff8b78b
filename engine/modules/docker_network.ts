import { z } from 'zod';
import { type Seen, predict } from '../resources/base/resource.ts';
import { type ContainerNetworkState, containerNetwork } from '../resources/container-network.ts';
import { container, isSetting } from '../resources/container.ts';
import { setOf } from '../resources/containers/container-settings.ts';
import { type ForeignArgument, idle, idleAs } from '../values/habits/foreign-argument.ts';
import { boolean, commaList, filledText } from './base/arguments.ts';
import { type Context, type Difference, type Outcome, defineModule } from './base/module.ts';
import { WORDS, programArgument, thingName } from './containers/container-arguments.ts';
import {
  askedOf,
  commandOf,
  foreignContainerArguments,
  programOf,
  programScript,
} from './containers/container-obstacle.ts';

const schema = z.strictObject({
  name: thingName().describe('The name of the network.'),
  state: z
    .enum(['present', 'absent'])
    .default('present')
    .describe('Whether the network exists. `absent` disconnects its containers first.'),
  driver: filledText().default('bridge').describe('The driver.'),
  driver_options: WORDS.default({}).describe('Options of the driver, such as com.docker.network.bridge.name.'),
  internal: boolean().optional().describe('Whether the network has no connection to other networks.'),
  enable_ipv6: boolean().optional().describe('Whether the network has IPv6.'),
  attachable: boolean().optional().describe('Whether single containers may join a network of a swarm.'),
  labels: WORDS.default({}).describe('Labels.'),
  ipam_driver: filledText()
    .optional()
    .describe('The driver that gives addresses. It has an effect only when the network is made.'),
  ipam_config: z
    .array(
      z.strictObject({
        subnet: filledText().optional().describe('The subnet, such as 10.7.0.0/24.'),
        gateway: filledText().optional().describe('The address of the host in the subnet.'),
        iprange: filledText().optional().describe('The part of the subnet for containers.'),
      }),
    )
    .optional()
    .describe('Subnets: maps of subnet, gateway and iprange.'),
  connected: commaList({ mayBeEmpty: true })
    .optional()
    .describe('The containers that are connected. Other containers are disconnected, unless appends is true.'),
  appends: boolean().default(false).describe('Whether other containers stay connected.'),
  force: boolean().default(false).describe('Whether each run makes a new network.'),
  ...programArgument,
});
type Arguments = z.infer<typeof schema>;

const FOREIGN: Readonly<Record<string, ForeignArgument>> = {
  ...foreignContainerArguments,
  enable_ipv4: idleAs([true], 'Write command: docker network create --ipv4=false, with a condition.'),
  ingress: idleAs([false], 'Write command: docker network create --ingress, with a condition.'),
  scope: idleAs(['local'], 'Leave it out: the driver decides.'),
  config_only: idleAs([false], 'Write command: docker network create --config-only, with a condition.'),
  config_from: 'Write command: docker network create --config-from, with a condition.',
  ipam_driver_options: idle('drivers of addresses rarely have any.'),
};

export const module = defineModule<Arguments>({
  name: 'docker_network',
  summary: 'Make and remove networks of docker or podman, and connect containers.',
  arguments: schema,
  aliases: { network_name: 'name', containers: 'connected', incremental: 'appends' },
  foreign: FOREIGN,
  examples: [
    'docker_network: { name: back, internal: true }',
    'docker_network: { name: front, connected: [web], appends: true }',
  ],
  observes: (args, _loaded, context) => [
    containerNetwork(args.name, programOf(args, context)),
    ...(args.connected ?? []).map((name) => container(name, programOf(args, context))),
  ],
  plan(args, _loaded, seen, context): Outcome {
    const request = containerNetwork(args.name, programOf(args, context));
    const asked = askedOf(request, seen);
    if (asked.kind === 'impossible') return asked;
    const state: ContainerNetworkState = asked.kind === 'known' ? asked.state : { exists: false };
    const steps = stepsOf(args, state, connectedOf(args, state, seen, context));
    if (steps.lines.length === 0) return { kind: 'in_sync' };
    return {
      kind: 'change',
      differences: steps.differences,
      certainty: seen.certainty(request),
      predictions: [predict(request, { kind: 'known', state: steps.after })],
      touches: 'predicted',
      apply: () => ({ script: programScript(programOf(args, context), steps.lines) }),
    };
  },
});

interface Steps {
  readonly differences: readonly Difference[];
  readonly lines: readonly string[];
  readonly after: ContainerNetworkState;
}

/**
 * Returns the containers that are connected. podman does not list them, so each container that the task names is asked
 * for its networks.
 */
function connectedOf(args: Arguments, state: ContainerNetworkState, seen: Seen, context: Context): readonly string[] {
  if (!state.exists) return [];
  const asked = (args.connected ?? []).filter((name) => {
    const answer = seen.of(container(name, programOf(args, context)));
    return (
      answer.kind === 'known' &&
      answer.state.exists &&
      isSetting(answer.state.settings['networks'] ?? '', setOf([args.name]))
    );
  });
  return [...new Set([...(state.containers ?? []), ...asked])];
}

function stepsOf(args: Arguments, state: ContainerNetworkState, there: readonly string[]): Steps {
  const { name } = args;
  const removal = state.exists ? [...there.map((one) => disconnect(name, one)), remove(name)] : [];
  if (args.state === 'absent')
    return { differences: [field(args, 'state', 'present', 'absent')], lines: removal, after: { exists: false } };
  const wrong = state.exists ? wrongParts(args, state) : [];
  const isNew = !state.exists || wrong.length > 0 || args.force;
  const wanted = wantedContainers(args, there);
  const made = [
    ...(state.exists ? wrong : [field(args, 'state', 'absent', 'present'), field(args, 'driver', null, args.driver)]),
    ...(state.exists && args.force ? [field(args, 'state', 'present', 'recreated')] : []),
  ];
  const left = isNew ? [] : there.filter((one) => !wanted.includes(one));
  // A network that is recreated gets its containers back.
  const joined = wanted.filter((one) => isNew || !there.includes(one));
  return {
    differences: [
      ...made,
      ...joined.filter((one) => !there.includes(one)).map((one) => field(args, `container ${one}`, null, 'connected')),
      ...left.map((one) => field(args, `container ${one}`, 'connected', null)),
    ],
    lines: [
      ...(isNew ? [...removal, `${commandOf(['network', 'create', ...optionWords(args), name])} >/dev/null`] : []),
      ...joined.map((one) => commandOf(['network', 'connect', name, one])),
      ...left.map((one) => disconnect(name, one)),
    ],
    after: stateAfter(args, state, { isNew, wanted }),
  };
}

function wantedContainers({ connected, appends }: Arguments, there: readonly string[]): readonly string[] {
  if (connected === undefined) return there;
  return appends ? [...new Set([...there, ...connected])] : connected;
}

function stateAfter(
  args: Arguments,
  state: ContainerNetworkState,
  { isNew, wanted }: { readonly isNew: boolean; readonly wanted: readonly string[] },
): ContainerNetworkState {
  const before = state.exists ? state : undefined;
  return {
    exists: true,
    driver: args.driver,
    isInternal: args.internal ?? before?.isInternal ?? false,
    hasIpv6: args.enable_ipv6 ?? before?.hasIpv6 ?? false,
    options: args.driver_options,
    labels: args.labels,
    subnets: isNew ? [] : (before?.subnets ?? []),
    // podman does not list them.
    containers: before !== undefined && before.containers === undefined ? undefined : wanted.toSorted(),
  };
}

function remove(name: string): string {
  return `${commandOf(['network', 'rm', name])} >/dev/null`;
}

function disconnect(name: string, container: string): string {
  return commandOf(['network', 'disconnect', '--force', name, container]);
}

function wrongParts(args: Arguments, state: Extract<ContainerNetworkState, { exists: true }>): readonly Difference[] {
  const yes = (is: boolean): string => (is ? 'yes' : 'no');
  const toggles = [
    ['internal', args.internal, state.isInternal],
    ['enable_ipv6', args.enable_ipv6, state.hasIpv6],
  ] as const;
  const maps = [
    ['option', args.driver_options, state.options],
    ['label', args.labels, state.labels],
  ] as const;
  return [
    ...(state.driver === args.driver ? [] : [field(args, 'driver', state.driver, args.driver)]),
    ...toggles.flatMap(([of, wanted, is]) =>
      wanted === undefined || wanted === is ? [] : [field(args, of, yes(is), yes(wanted))],
    ),
    ...maps.flatMap(([of, wanted, is]) =>
      Object.entries(wanted)
        .filter(([key, value]) => is[key] !== value)
        .map(([key, value]) => field(args, `${of} ${key}`, is[key] ?? null, value)),
    ),
    ...wrongSubnets(args, state),
  ];
}

function wrongSubnets(args: Arguments, state: Extract<ContainerNetworkState, { exists: true }>): readonly Difference[] {
  return (args.ipam_config ?? []).flatMap((wanted) => {
    const is =
      wanted.subnet === undefined ? state.subnets[0] : state.subnets.find(({ subnet }) => subnet === wanted.subnet);
    const shown = [wanted.subnet, wanted.gateway, wanted.iprange].filter((one) => one !== undefined).join(' ');
    const isRight =
      is !== undefined &&
      (wanted.gateway === undefined || is.gateway === wanted.gateway) &&
      (wanted.iprange === undefined || is.range === '' || is.range === wanted.iprange);
    return isRight ? [] : [field(args, 'subnet', is === undefined ? null : `${is.subnet} ${is.gateway}`.trim(), shown)];
  });
}

function optionWords(args: Arguments): readonly string[] {
  return [
    '--driver',
    args.driver,
    ...(args.internal === true ? ['--internal'] : []),
    ...(args.enable_ipv6 === true ? ['--ipv6'] : []),
    ...(args.attachable === true ? ['--attachable'] : []),
    ...(args.ipam_driver === undefined ? [] : ['--ipam-driver', args.ipam_driver]),
    ...Object.entries(args.driver_options).flatMap(([key, value]) => ['--opt', `${key}=${value}`]),
    ...Object.entries(args.labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...(args.ipam_config ?? []).flatMap(({ subnet, gateway, iprange }) => [
      ...(subnet === undefined ? [] : ['--subnet', subnet]),
      ...(gateway === undefined ? [] : ['--gateway', gateway]),
      ...(iprange === undefined ? [] : ['--ip-range', iprange]),
    ]),
  ];
}

function field(args: Arguments, of: string, before: string | null, after: string | null): Difference {
  return { kind: 'field', of: `network ${args.name}`, field: of, before, after };
}
