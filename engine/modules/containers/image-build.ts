import { z } from 'zod';
import { boolean, filledText, path, textList } from '../base/arguments.ts';
import { WORDS } from './container-arguments.ts';
import { commandOf } from './container-obstacle.ts';

/** The arguments that say how an image is built. */
export const buildArguments = {
  path: path().describe('The directory on the host from which the image is built.'),
  dockerfile: filledText()
    .optional()
    .describe('The file with the instructions, relative to path. Default: Dockerfile.'),
  args: WORDS.optional().describe('Values for ARG in the file. The history of the image shows them: give no secrets.'),
  labels: WORDS.optional().describe('Labels of the image.'),
  target: filledText().optional().describe('The stage of the file that becomes the image.'),
  network: filledText().optional().describe('The network for RUN in the file.'),
  nocache: boolean()
    .default(false)
    .describe('Whether all instructions run again, without the layers of earlier builds.'),
  pull: boolean().default(false).describe('Whether the registry is asked for a newer base image.'),
  cache_from: textList().optional().describe('Images whose layers may be used.'),
  platform: filledText().optional().describe('The platform, such as linux/arm64.'),
  shm_size: filledText().optional().describe('The size of /dev/shm for RUN.'),
  etc_hosts: WORDS.optional().describe('Further hosts for RUN.'),
} as const;

const settings = z.object(buildArguments);
export type BuildArguments = z.infer<typeof settings>;

/** Returns the words of `build`. */
export function buildWords(name: string, build: BuildArguments): readonly string[] {
  const each = (option: string, values: readonly string[]): readonly string[] => values.flatMap((one) => [option, one]);
  const pairs = (values: Readonly<Record<string, string>> | undefined, between = '='): readonly string[] =>
    Object.entries(values ?? {}).map(([key, value]) => `${key}${between}${value}`);
  const text = (option: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [option, value];
  const file =
    build.dockerfile === undefined || build.dockerfile.startsWith('/')
      ? build.dockerfile
      : `${build.path}/${build.dockerfile}`;
  return [
    'build',
    '--tag',
    name,
    ...text('--file', file),
    ...each('--build-arg', pairs(build.args)),
    ...each('--label', pairs(build.labels)),
    ...text('--target', build.target),
    ...text('--network', build.network),
    ...(build.nocache ? ['--no-cache'] : []),
    ...(build.pull ? ['--pull'] : []),
    ...each('--cache-from', build.cache_from ?? []),
    ...text('--platform', build.platform),
    ...text('--shm-size', build.shm_size),
    ...each('--add-host', pairs(build.etc_hosts, ':')),
    build.path,
  ];
}

/** Returns the line that builds an image. */
export function buildLine(name: string, build: BuildArguments): string {
  return `${commandOf(buildWords(name, build))} >&2`;
}
