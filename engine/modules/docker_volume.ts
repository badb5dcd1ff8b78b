import { z } from 'zod';
import { predict } from '../resources/base/resource.ts';
import { type ContainerVolumeState, containerVolume } from '../resources/container-volume.ts';
import { filledText } from './base/arguments.ts';
import { type Difference, defineModule } from './base/module.ts';
import { WORDS, programArgument, thingName } from './containers/container-arguments.ts';
import {
  askedOf,
  commandOf,
  foreignContainerArguments,
  programOf,
  programScript,
} from './containers/container-obstacle.ts';

const schema = z.strictObject({
  name: thingName().describe('The name of the volume.'),
  state: z
    .enum(['present', 'absent'])
    .default('present')
    .describe('Whether the volume exists. `absent` removes its data.'),
  driver: filledText().default('local').describe('The driver of a new volume.'),
  driver_options: WORDS.default({}).describe('Options of the driver, such as type, device and o.'),
  labels: WORDS.default({}).describe('Labels of a new volume.'),
  recreate: z
    .enum(['never', 'options-changed', 'always'])
    .default('never')
    .describe('Whether a volume with other options is removed, with its data, and a new one is made.'),
  ...programArgument,
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'docker_volume',
  summary: 'Make and remove volumes of docker or podman.',
  arguments: schema,
  aliases: { volume_name: 'name' },
  foreign: foreignContainerArguments,
  examples: ['docker_volume: { name: data }'],
  observes: (args, _loaded, context) => [containerVolume(args.name, programOf(args, context))],
  plan(args, _loaded, seen, context) {
    const request = containerVolume(args.name, programOf(args, context));
    const asked = askedOf(request, seen);
    if (asked.kind === 'impossible') return asked;
    const state: ContainerVolumeState = asked.kind === 'known' ? asked.state : { exists: false };
    const wrong = state.exists ? wrongParts(args, state) : [];
    const isWanted = args.state === 'present';
    const makesAnew =
      state.exists &&
      isWanted &&
      (args.recreate === 'always' || (args.recreate === 'options-changed' && wrong.length > 0));
    if (state.exists === isWanted && !makesAnew) return { kind: 'in_sync' };
    const lines = [
      ...(state.exists ? [`${commandOf(['volume', 'rm', args.name])} >/dev/null`] : []),
      ...(isWanted ? [`${commandOf(['volume', 'create', ...optionWords(args), args.name])} >/dev/null`] : []),
    ];
    const after: ContainerVolumeState = isWanted
      ? { exists: true, driver: args.driver, options: args.driver_options, labels: args.labels }
      : { exists: false };
    return {
      kind: 'change',
      differences: makesAnew
        ? [field(args, 'state', 'present', 'recreated, without its data'), ...wrong]
        : [field(args, 'state', state.exists ? 'present' : 'absent', args.state)],
      certainty: seen.certainty(request),
      predictions: [predict(request, { kind: 'known', state: after })],
      touches: 'predicted',
      apply: () => ({ script: programScript(programOf(args, context), lines) }),
    };
  },
});

function optionWords({ driver, driver_options: options, labels }: Arguments): readonly string[] {
  return [
    '--driver',
    driver,
    ...Object.entries(options).flatMap(([key, value]) => ['--opt', `${key}=${value}`]),
    ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
  ];
}

function wrongParts(args: Arguments, state: Extract<ContainerVolumeState, { exists: true }>): readonly Difference[] {
  const options = Object.entries(args.driver_options).filter(([key, value]) => state.options[key] !== value);
  const labels = Object.entries(args.labels).filter(([key, value]) => state.labels[key] !== value);
  return [
    ...(state.driver === args.driver ? [] : [field(args, 'driver', state.driver, args.driver)]),
    ...options.map(([key, value]) => field(args, `option ${key}`, state.options[key] ?? null, value)),
    ...labels.map(([key, value]) => field(args, `label ${key}`, state.labels[key] ?? null, value)),
  ];
}

function field(args: Arguments, of: string, before: string | null, after: string | null): Difference {
  return { kind: 'field', of: `volume ${args.name}`, field: of, before, after };
}
