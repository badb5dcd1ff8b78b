import { type Request, type ResourceKind, request } from './base/resource.ts';

/** The name of the running kernel. The name for the next boot is in a file. */
export interface HostnameState {
  readonly running: string;
}

const hostnames: ResourceKind<undefined, HostnameState> = {
  name: 'hostname',
  observe: () => 'read -r name </proc/sys/kernel/hostname\nprintf %s "$name"\n',
  decode: (output, requests) => new Map(requests.map(({ id }) => [id, { running: output.toString('utf8') }])),
  merge: () => undefined,
  disagreement: (predicted, seen) =>
    predicted.running === seen.running ? undefined : `is ${seen.running}, should be ${predicted.running}`,
};

/** Asks for the host name of the running kernel. */
export function hostnameRequest(): Request<undefined, HostnameState> {
  return request(hostnames, 'running', undefined);
}
