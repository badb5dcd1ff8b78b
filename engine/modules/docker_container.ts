import { z } from 'zod';
import { type Request, type Seen, predict } from '../resources/base/resource.ts';
import { type ContainerImageState, containerImage } from '../resources/container-image.ts';
import { containerNetwork } from '../resources/container-network.ts';
import { type ContainerState, container, isSetting } from '../resources/container.ts';
import type { ContainerAnswer, ContainerProgram } from '../resources/containers/container-program.ts';
import type { Setting } from '../resources/containers/container-settings.ts';
import { Secret } from '../values/base/secret.ts';
import { type ValueMap, Unknown } from '../values/base/value.ts';
import { alsoDigits, boolean, wholeNumber } from './base/arguments.ts';
import {
  type Change,
  type Context,
  type Difference,
  type Impossible,
  type Outcome,
  defineModule,
} from './base/module.ts';
import { imageName, programArgument, settingArguments, thingName } from './containers/container-arguments.ts';
import { foreignContainer } from './containers/container-foreign.ts';
import { askedOf, commandOf, programOf, programScript } from './containers/container-obstacle.ts';
import { networksOf, wantedSettings } from './containers/container-options.ts';
import { type ContainerWork, containerLines } from './containers/container-script.ts';

const schema = z
  .strictObject({
    name: thingName().describe('The name of the container.'),
    state: z
      .enum(['started', 'stopped', 'present', 'absent', 'healthy'])
      .default('started')
      .describe(
        '`present` makes the container and does not start it. `healthy` waits until its health check succeeds.',
      ),
    image: imageName().optional().describe('The image. It is pulled if the host does not have it.'),
    pull: z
      .union([
        z.enum(['missing', 'always', 'never']),
        z.boolean().transform((is) => (is ? ('always' as const) : ('missing' as const))),
      ])
      .default('missing')
      .describe('`always` asks the registry in each run, so that a plan cannot tell whether something changes.'),
    recreate: boolean().default(false).describe('Whether each run makes a new container.'),
    restart: boolean()
      .default(false)
      .describe('Whether a running container is restarted in each run. Prefer a handler.'),
    keep_volumes: boolean()
      .default(true)
      .describe('Whether volumes without a name stay when the container is removed.'),
    force_kill: boolean()
      .default(false)
      .describe('Whether the container is killed immediately, and not asked to stop.'),
    kill_signal: alsoDigits(z.string().regex(/^[A-Z0-9]+$/, 'must be a signal, such as SIGTERM'))
      .optional()
      .describe('The signal of force_kill.'),
    healthy_wait_timeout: wholeNumber({ min: 1 })
      .default(300)
      .describe('The time in seconds to wait for state: healthy.'),
    ...settingArguments,
    ...programArgument,
  })
  .superRefine((args, context) => {
    for (const [name, value] of Object.entries(args.env ?? {}))
      if (value instanceof Secret && value.reveal().includes('\n'))
        context.addIssue({
          code: 'custom',
          path: ['env', name],
          message: 'must be one line, as it is a secret\nBring it as a file, by copy and volumes.',
        });
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'docker_container',
  summary: 'Make, start, stop and remove containers of docker or podman.',
  arguments: schema,
  aliases: { published_ports: 'ports', forcekill: 'force_kill', log_opt: 'log_options' },
  foreign: foreignContainer,
  examples: [
    'docker_container: { name: web, image: "nginx:1.27", restart_policy: always, ports: ["8080:80"] }',
    'docker_container: { name: app, image: "app:2", env: { TOKEN: "{{app_token}}" }, volumes: ["/srv/app:/data"], networks: [back] }',
    'docker_container: { name: old, state: absent }',
  ],
  observes: (args, _loaded, context) => [
    containerOf(args, context),
    ...(args.image === undefined ? [] : [containerImage(args.image, programOf(args, context))]),
    ...networksOf(args).map(({ name }) => containerNetwork(name, programOf(args, context))),
  ],
  plan: (args, _loaded, seen, context) => plan(args, seen, context),
});

function containerOf(args: Arguments, context: Context): Request<ContainerProgram, ContainerAnswer<ContainerState>> {
  return container(args.name, programOf(args, context));
}

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const asked = askedOf(containerOf(args, context), seen);
  if (asked.kind === 'impossible') return asked;
  const state: ContainerState = asked.kind === 'known' ? asked.state : { exists: false };
  if (args.state === 'absent') return state.exists ? removal(args, seen, context) : { kind: 'in_sync', result: {} };
  const image = imageOf(args, seen, context);
  if (image.kind === 'impossible') return image;
  const network = missingNetwork(args, seen, context);
  if (network !== undefined) return network;
  return planPresent(args, { state, image }, seen, context);
}

type Image =
  /** The task names none. */
  | { readonly kind: 'unnamed' }
  /** `isSure`: false if an earlier change of the plan may bring another one. */
  | { readonly kind: 'there'; readonly id: string | undefined; readonly isSure: boolean }
  | { readonly kind: 'missing' };

function imageOf(args: Arguments, seen: Seen, context: Context): Image | Impossible {
  if (args.image === undefined) return { kind: 'unnamed' };
  const request = containerImage(args.image, programOf(args, context));
  const asked = askedOf<ContainerImageState>(request, seen);
  if (asked.kind === 'impossible') return asked;
  const isSure = seen.certainty(request) === 'certain';
  if (asked.kind === 'known' && asked.state.exists) return { kind: 'there', id: asked.state.id, isSure };
  if (args.pull !== 'never' || !isSure) return { kind: 'missing' };
  return {
    kind: 'impossible',
    what: `the host does not have the image ${args.image}`,
    why: 'pull: never does not allow a pull.',
    remedy: 'Bring it with a task before this one: docker_image, or set pull: missing.',
  };
}

function missingNetwork(args: Arguments, seen: Seen, context: Context): Impossible | undefined {
  for (const { name } of networksOf(args)) {
    const request = containerNetwork(name, programOf(args, context));
    const answer = seen.of(request);
    if (answer.kind === 'known' && !answer.state.exists && seen.certainty(request) === 'certain')
      return {
        kind: 'impossible',
        what: `there is no network ${name}`,
        remedy: `Make it with a task before this one: docker_network: { name: ${name} }.`,
      };
  }
  return undefined;
}

interface Situation {
  readonly state: ContainerState;
  readonly image: Image;
}

/** What the task does with the container. */
interface Aim {
  readonly wanted: Readonly<Record<string, Setting>>;
  /** The differences for which a container is made. */
  readonly reasons: readonly Difference[];
  readonly isNew: boolean;
  /** Whether the registry is asked for an image that the host has. */
  readonly asks: boolean;
  /** Whether the container runs afterwards. */
  readonly runs: boolean;
  readonly ends: End;
  readonly waits: boolean;
}

function aimOf(args: Arguments, situation: Situation): Aim {
  const { state, image } = situation;
  const wanted = wantedSettings(args);
  const reasons = reasonsToMake(args, situation, wanted);
  const isNew = !state.exists || reasons.length > 0;
  const isRunning = state.exists && state.isRunning;
  const runs = args.state === 'started' || args.state === 'healthy' || (args.state === 'present' && isRunning);
  return {
    wanted,
    reasons,
    isNew,
    asks: args.pull === 'always' && image.kind === 'there',
    runs,
    ends: endOf(args, { isNew, isRunning, runs }),
    waits: args.state === 'healthy' && (isNew || !state.exists || state.health !== 'healthy'),
  };
}

function planPresent(args: Arguments, situation: Situation, seen: Seen, context: Context): Outcome {
  const { state } = situation;
  if (!state.exists && args.image === undefined) return noImage(args);
  const aim = aimOf(args, situation);
  const differences = differencesOf(args, state, aim);
  if (differences.length === 0) return { kind: 'in_sync', result: resultOf(args, state) };
  const request = containerOf(args, context);
  const work = workOf(args, situation, aim);
  return {
    kind: 'change',
    differences,
    certainty: certaintyOf(situation, aim, seen.certainty(request)),
    predictions: [
      predict(request, { kind: 'known', state: stateAfter(situation, aim) }),
      ...pulled(args, work, context),
    ],
    touches: 'predicted',
    apply: () => ({ script: programScript(programOf(args, context), containerLines(work)) }),
    planned: { container: new Unknown('the container is known when it is there') },
    settled(now) {
      const answer = now.of(request);
      return answer.kind === 'known' ? resultOf(args, answer.state) : {};
    },
  };
}

function differencesOf(args: Arguments, state: ContainerState, aim: Aim): readonly Difference[] {
  const { reasons, isNew, asks, ends, waits } = aim;
  const all = [
    ...reasons,
    ...(asks && !isNew ? [field(args, 'image', null, `pulled: ${args.image ?? ''}`)] : []),
    ...endDifferences(args, ends, isNew),
  ];
  if (all.length > 0 || !waits) return all;
  return [field(args, 'health', state.exists ? (state.health ?? null) : null, 'healthy')];
}

function certaintyOf({ state, image }: Situation, aim: Aim, own: 'certain' | 'after_change'): Change['certainty'] {
  if (aim.asks && !aim.isNew && aim.ends === 'leave') return 'opaque';
  const isForImage = aim.reasons.length === 1 && state.exists && image.kind === 'there' && !image.isSure;
  return isForImage ? 'after_change' : own;
}

function workOf(args: Arguments, { state, image }: Situation, { isNew, asks, runs, ends }: Aim): ContainerWork {
  const ownImage = state.exists ? (state.image ?? '') : '';
  return {
    name: args.name,
    image: args.image ?? ownImage,
    settings: args,
    pulls: image.kind === 'missing' || asks,
    exists: state.exists,
    makes: isNew ? 'yes' : asks ? { unlessImage: ownImage } : 'no',
    keepsVolumes: args.keep_volumes,
    // A container that is made for a new image is started, too.
    ends: asks && !isNew && ends === 'leave' && runs ? 'start' : ends,
    stop: stopWords(args),
    health: args.state === 'healthy' ? args.healthy_wait_timeout : undefined,
  };
}

/** Returns why a container must be made: there is none, or it cannot be changed to what the task wants. */
function reasonsToMake(
  args: Arguments,
  { state, image }: Situation,
  wanted: Readonly<Record<string, Setting>>,
): readonly Difference[] {
  if (!state.exists)
    return [
      field(args, 'state', 'absent', 'present'),
      field(args, 'image', null, args.image ?? ''),
      ...Object.entries(wanted).map(([name, value]) => field(args, name, null, shown(name, value))),
    ];
  const other =
    image.kind === 'missing' || (image.kind === 'there' && (image.id === undefined || image.id !== state.image));
  const wrong = Object.entries(wanted).filter(
    ([name, value]) => name in state.settings && !isSetting(state.settings[name] ?? '', value),
  );
  return [
    ...(args.recreate ? [field(args, 'state', 'present', 'recreated')] : []),
    ...(other ? [field(args, 'image', state.image?.slice(0, 12) ?? null, args.image ?? '')] : []),
    ...wrong.map(([name, value]) =>
      field(args, name, shownSeen(name, state.settings[name], value), shown(name, value)),
    ),
  ];
}

type End = ContainerWork['ends'];

function endOf(
  args: Arguments,
  { isNew, isRunning, runs }: { readonly isNew: boolean; readonly isRunning: boolean; readonly runs: boolean },
): End {
  if (args.state === 'stopped') return isRunning && !isNew ? 'stop' : 'leave';
  if (isNew) return runs ? 'start' : 'leave';
  if (!isRunning) return runs ? 'start' : 'leave';
  return args.restart && runs && args.state !== 'present' ? 'restart' : 'leave';
}

function endDifferences(args: Arguments, ends: End, isNew: boolean): readonly Difference[] {
  switch (ends) {
    case 'start':
      return isNew ? [] : [field(args, 'state', 'stopped', 'started')];
    case 'stop':
      return [field(args, 'state', 'started', 'stopped')];
    case 'restart':
      return [field(args, 'state', 'started', 'restarted')];
    case 'leave':
      return [];
  }
}

function stateAfter({ state, image }: Situation, { wanted, isNew, asks, runs }: Aim): ContainerState {
  const before = state.exists && !isNew ? state : undefined;
  const newImage = image.kind === 'there' ? image.id : undefined;
  return {
    exists: true,
    id: asks ? undefined : before?.id,
    image: asks ? undefined : isNew ? newImage : before?.image,
    isRunning: runs,
    isPaused: false,
    health: undefined,
    // An address without a wish is a new one after each start.
    settings: { ...before?.settings, addresses: {}, ...wanted },
  };
}

/** After a pull the image is there. */
function pulled(args: Arguments, { pulls }: ContainerWork, context: Context): readonly ReturnType<typeof predict>[] {
  if (!pulls || args.image === undefined) return [];
  const request = containerImage(args.image, programOf(args, context));
  return [predict(request, { kind: 'known', state: { exists: true, id: undefined, names: undefined } })];
}

function removal(args: Arguments, seen: Seen, context: Context): Outcome {
  const request = containerOf(args, context);
  const lines = [
    ...(args.force_kill ? [] : [`${commandOf([...stopWords(args), args.name])} >/dev/null 2>&1 || :`]),
    `${commandOf(['rm', '--force', ...(args.keep_volumes ? [] : ['--volumes']), args.name])} >/dev/null`,
  ];
  return {
    kind: 'change',
    differences: [field(args, 'state', 'present', 'absent')],
    certainty: seen.certainty(request),
    predictions: [predict(request, { kind: 'known', state: { exists: false } })],
    touches: 'predicted',
    apply: () => ({ script: programScript(programOf(args, context), lines) }),
    planned: {},
  };
}

function stopWords({ force_kill: kills, kill_signal: signal, stop_timeout: seconds }: Arguments): readonly string[] {
  if (kills) return ['kill', ...(signal === undefined ? [] : ['--signal', signal])];
  return ['stop', ...(seconds === undefined ? [] : ['-t', String(seconds)])];
}

function resultOf(args: Arguments, state: ContainerState): ValueMap {
  if (!state.exists) return {};
  return {
    container: {
      Name: `/${args.name}`,
      Id: state.id ?? null,
      Image: state.image === undefined ? null : `sha256:${state.image}`,
      State: { Running: state.isRunning, Paused: state.isPaused, Health: { Status: state.health ?? '' } },
    },
  };
}

function noImage({ name }: Arguments): Impossible {
  return {
    kind: 'impossible',
    what: `there is no container ${name}, and the task names no image`,
    remedy: 'Give image: a container is made of it.',
  };
}

/** Returns a setting for the plan. Values of variables are never shown. */
function shown(name: string, value: Setting): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.join(' ');
  const entries = Object.entries(value);
  if (name === 'env') return entries.map(([key]) => key).join(', ');
  return entries.map(([key, one]) => (one === '' ? key : `${key}=${one}`)).join(', ');
}

/** Returns the part of a setting that the task names. */
function shownSeen(name: string, is: Setting | undefined, wanted: Setting): string | null {
  if (is === undefined) return null;
  if (typeof is === 'string' || typeof wanted === 'string' || Array.isArray(is) || Array.isArray(wanted))
    return shown(name, is);
  const wrong = Object.keys(wanted).filter((key) => Reflect.get(is, key) !== Reflect.get(wanted, key));
  if (name === 'env') return `other values of ${wrong.join(', ')}`;
  const there = Object.entries(is).filter(([key]) => key in wanted);
  return there.length === 0 ? null : shown(name, Object.fromEntries(there));
}

function field(args: Arguments, of: string, before: string | null, after: string | null): Difference {
  return { kind: 'field', of: `container ${args.name}`, field: of, before, after };
}
