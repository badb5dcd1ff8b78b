/** A flag of a Kubernetes program or of etcd that newer releases have removed. */
export interface FlagRow {
  /** `apiserver`, `controller-manager`, `scheduler`, `kubelet` or `etcd`. */
  readonly program: string;
  readonly flag: string;
  /** The first minor release that does not start with the flag. */
  readonly goneIn: string;
  readonly instead: string;
}

function gone(program: string, goneIn: string, flags: Readonly<Record<string, string>>): readonly FlagRow[] {
  return Object.entries(flags).map(([flag, instead]) => ({ program, flag, goneIn, instead }));
}

/** Data from the release notes of Kubernetes and etcd. */
export const GONE_FLAGS: readonly FlagRow[] = [
  ...gone('apiserver', '1.19', { 'basic-auth-file': 'Use client certificates, tokens or OpenID Connect.' }),
  ...gone('apiserver', '1.24', {
    'insecure-port': 'Remove it: there is no port without TLS any more.',
    'insecure-bind-address': 'Remove it: there is no port without TLS any more.',
  }),
  ...gone('apiserver', '1.13', { 'experimental-encryption-provider-config': 'Write --encryption-provider-config.' }),
  ...gone('controller-manager', '1.24', {
    port: 'Remove it, or write --secure-port.',
    address: 'Write --bind-address.',
  }),
  ...gone('controller-manager', '1.27', {
    'pod-eviction-timeout': 'Write tolerationSeconds at the pods.',
    'enable-taint-manager': 'Remove it: it is always on.',
  }),
  ...gone('scheduler', '1.23', {
    'policy-config-file': 'Write --config with profiles.',
    'policy-configmap': 'Write --config with profiles.',
    'algorithm-provider': 'Write --config with profiles.',
  }),
  ...gone('scheduler', '1.24', { port: 'Remove it, or write --secure-port.', address: 'Write --bind-address.' }),
  ...gone('kubelet', '1.24', {
    'network-plugin': 'Remove it: the container runtime has the network.',
    'cni-conf-dir': 'Set it in the container runtime.',
    'cni-bin-dir': 'Set it in the container runtime.',
  }),
  ...gone('kubelet', '1.27', { 'container-runtime': 'Remove it, and write --container-runtime-endpoint.' }),
  ...gone('etcd', '3.6', {
    'enable-v2': 'Remove it: the API of version 2 is gone.',
    proxy: 'Remove it: use `etcd grpc-proxy`.',
  }),
];
