import { type Request, type ResourceKind, request } from './base/resource.ts';

/** Which start of the host this is. */
export interface BootState {
  /**
   * The kernel's boot id and when its first process began: a container that starts anew keeps the kernel. Undefined:
   * not known in a prediction.
   */
  readonly id: string | undefined;
  /** In a prediction only: the start that must be over. */
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

export function bootRequest(): Request<undefined, BootState> {
  return request(boots, 'current', undefined);
}
