import { type Request, type ResourceKind, request } from './base/resource.ts';

/** Identifies the current boot of the host. */
export interface BootState {
  /**
   * The kernel's boot id and the start time of its first process: a container that restarts keeps the kernel. Undefined
   * if a prediction cannot know it.
   */
  readonly id: string | undefined;
  /** Only in a prediction: the boot that must have ended. */
  readonly ended?: string | undefined;
}

const boots: ResourceKind<undefined, BootState> = {
  name: 'boot',
  observe: () =>
    'read -r id </proc/sys/kernel/random/boot_id\nread -r stat </proc/1/stat\nset -f\nset -- ${stat##*) }\nprintf %s "$id/${20}"\n',
  decode: (output, requests) => new Map(requests.map(({ id }) => [id, { id: output.toString('utf8') }])),
  merge: () => undefined,
  disagreement: (predicted, seen) =>
    predicted.ended !== undefined && predicted.ended === seen.id ? 'has not rebooted' : undefined,
};

/** Asks for the identity of the current boot, to see whether a host has restarted. */
export function bootRequest(): Request<undefined, BootState> {
  return request(boots, 'current', undefined);
}
