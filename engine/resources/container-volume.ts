import type { Request } from './base/resource.ts';
import {
  type ContainerAnswer,
  type ContainerProgram,
  containerKind,
  containerRequest,
} from './containers/container-program.ts';
import { mapOf, textOf } from './containers/json-parts.ts';

/** A volume of docker or podman. */
export type ContainerVolumeState =
  | { readonly exists: false }
  | {
      readonly exists: true;
      readonly driver: string;
      readonly options: Readonly<Record<string, string>>;
      readonly labels: Readonly<Record<string, string>>;
    };

const volumes = containerKind<ContainerVolumeState>({
  name: 'container_volume',
  type: 'volume',
  decode: (info) =>
    info === undefined
      ? { exists: false }
      : {
          exists: true,
          driver: textOf(info, 'Driver'),
          options: mapOf(info, 'Options'),
          labels: mapOf(info, 'Labels'),
        },
  disagreement(predicted, seen) {
    if (predicted.exists !== seen.exists) return seen.exists ? 'still exists' : 'does not exist';
    return predicted.exists && seen.exists && predicted.driver !== seen.driver
      ? `driver is ${seen.driver}, should be ${predicted.driver}`
      : undefined;
  },
});

export function containerVolume(
  name: string,
  program: ContainerProgram,
): Request<ContainerProgram, ContainerAnswer<ContainerVolumeState>> {
  return containerRequest(volumes, name, program);
}
