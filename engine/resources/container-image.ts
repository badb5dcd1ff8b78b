import type { Request } from './base/resource.ts';
import { plainId } from './container.ts';
import {
  type ContainerAnswer,
  type ContainerProgram,
  containerKind,
  containerRequest,
} from './containers/container-program.ts';
import { textOf, textsOf } from './containers/json-parts.ts';

/** An image that docker or podman has, by a name or an id. */
export type ContainerImageState =
  | { readonly exists: false }
  /** Undefined in a prediction: not known. */
  | { readonly exists: true; readonly id: string | undefined; readonly names: readonly string[] | undefined };

export const containerImages = containerKind<ContainerImageState>({
  name: 'container_image',
  type: 'image',
  decode: (info) =>
    info === undefined
      ? { exists: false }
      : { exists: true, id: plainId(textOf(info, 'Id')), names: textsOf(info, 'RepoTags') },
  disagreement(predicted, seen) {
    if (predicted.exists !== seen.exists) return seen.exists ? 'still exists' : 'does not exist';
    if (!predicted.exists || !seen.exists || predicted.id === undefined) return undefined;
    return predicted.id === seen.id ? undefined : 'is another image';
  },
});

export function containerImage(
  name: string,
  program: ContainerProgram,
): Request<ContainerProgram, ContainerAnswer<ContainerImageState>> {
  return containerRequest(containerImages, name, program);
}
