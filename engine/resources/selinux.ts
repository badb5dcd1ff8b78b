import { type Request, type ResourceKind, request } from './base/resource.ts';

/** The SELinux mode of the running kernel. */
export interface SelinuxState {
  readonly mode: 'enforcing' | 'permissive' | 'disabled';
}

export const selinux: ResourceKind<undefined, SelinuxState> = {
  name: 'selinux',
  observe: () => '[ ! -r /sys/fs/selinux/enforce ] || cat /sys/fs/selinux/enforce\n',
  decode(output, requests) {
    const text = output.toString('utf8').trim();
    return new Map(
      requests.map(({ id }) => [id, { mode: text === '1' ? 'enforcing' : text === '0' ? 'permissive' : 'disabled' }]),
    );
  },
  merge: () => undefined,
  disagreement: (predicted, seen) =>
    predicted.mode === seen.mode ? undefined : `is ${seen.mode}, should be ${predicted.mode}`,
};

/** Asks for the SELinux mode of the running kernel. */
export function selinuxRequest(): Request<undefined, SelinuxState> {
  return request(selinux, 'running', undefined);
}
