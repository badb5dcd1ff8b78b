import { type Prediction, type Request, type Seen, predict } from '../../resources/base/resource.ts';
import { type ContainerImageState, containerImage } from '../../resources/container-image.ts';
import type { ContainerAnswer, ContainerProgram } from '../../resources/containers/container-program.ts';
import { type ValueMap, Unknown } from '../../values/base/value.ts';
import type { Context, Difference, Impossible, Outcome } from '../base/module.ts';
import { askedOf, commandOf, programOf, programScript } from './container-obstacle.ts';

/** Returns a name with a tag: that of the name itself, or else `tag`. */
export function taggedName(name: string, tag: string): string {
  const last = name.slice(name.lastIndexOf('/') + 1);
  return last.includes(':') || name.includes('@') ? name : `${name}:${tag}`;
}

/** How an image is brought to the host. */
export interface ImageSource {
  /** The words of the command, as the plan shows it: `pull nginx:1.27`. */
  readonly shown: string;
  /** Lines of the script. */
  readonly lines: readonly string[];
  /** Whether each run gets the image again, even if the host has it. */
  readonly isForced: boolean;
}

interface Given {
  readonly program?: 'docker' | 'podman' | undefined;
}

export function imageRequest(
  name: string,
  args: Given,
  context: Context,
): Request<ContainerProgram, ContainerAnswer<ContainerImageState>> {
  return containerImage(name, programOf(args, context));
}

export function askedImage(
  name: string,
  args: Given,
  { seen, context }: { readonly seen: Seen; readonly context: Context },
): ContainerImageState | Impossible {
  const asked = askedOf(imageRequest(name, args, context), seen);
  if (asked.kind === 'impossible') return asked;
  return asked.kind === 'known' ? asked.state : { exists: false };
}

/** Returns the outcome for an image that must be there. */
export function imagePresent(
  name: string,
  args: Given,
  source: ImageSource,
  { seen, context }: { readonly seen: Seen; readonly context: Context },
): Outcome {
  const state = askedImage(name, args, { seen, context });
  if ('kind' in state) return state;
  if (state.exists && !source.isForced) return { kind: 'in_sync', result: resultOf(name, state) };
  const request = imageRequest(name, args, context);
  return {
    kind: 'change',
    differences: [
      field(name, state.exists ? (state.id?.slice(0, 12) ?? 'present') : 'absent', 'present'),
      { kind: 'command', text: source.shown },
    ],
    certainty: state.exists ? 'opaque' : seen.certainty(request),
    predictions: [there(request)],
    touches: 'predicted',
    apply: () => ({ script: programScript(programOf(args, context), source.lines) }),
    planned: { image: new Unknown('the image is known when it is there') },
    settled(now) {
      const answer = now.of(request);
      return answer.kind === 'known' ? resultOf(name, answer.state) : {};
    },
  };
}

export function there(request: ReturnType<typeof imageRequest>): Prediction {
  return predict(request, { kind: 'known', state: { exists: true, id: undefined, names: undefined } });
}

/** Returns the outcome for an image that must not be there. */
export function imageAbsent(
  name: string,
  args: Given & { readonly isForced: boolean },
  { seen, context }: { readonly seen: Seen; readonly context: Context },
): Outcome {
  const state = askedImage(name, args, { seen, context });
  if ('kind' in state) return state;
  if (!state.exists) return { kind: 'in_sync', result: {} };
  const request = imageRequest(name, args, context);
  const words = ['image', 'rm', ...(args.isForced ? ['--force'] : []), name];
  return {
    kind: 'change',
    differences: [field(name, 'present', 'absent')],
    certainty: seen.certainty(request),
    predictions: [predict(request, { kind: 'known', state: { exists: false } })],
    touches: 'predicted',
    apply: () => ({ script: programScript(programOf(args, context), [`${commandOf(words)} >/dev/null`]) }),
    planned: {},
  };
}

function field(name: string, before: string, after: string): Difference {
  return { kind: 'field', of: `image ${name}`, field: 'state', before, after };
}

function resultOf(name: string, state: ContainerImageState): ValueMap {
  if (!state.exists) return {};
  return { image: { Id: state.id === undefined ? null : `sha256:${state.id}`, RepoTags: state.names ?? [name] } };
}

/** Returns the line that pulls an image. */
export function pullLine(name: string, platform: string | undefined): string {
  return `${commandOf(['pull', ...(platform === undefined ? [] : ['--platform', platform]), name])} >&2`;
}
