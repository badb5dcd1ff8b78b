/** The commands of a control plane, in the order of upstream's release site. */
export const KUBERNETES_COMMANDS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;
/** The commands of the same release for a worker node. */
export const NODE_COMMANDS = ['kubelet', 'kube-proxy'] as const;
export const ETCD_COMMANDS = ['etcd', 'etcdctl', 'etcdutl'] as const;
export const CONTAINERD_COMMANDS = ['containerd', 'containerd-shim-runc-v2', 'ctr'] as const;
export const RUNC_COMMANDS = ['runc'] as const;
export const CNI_COMMANDS = ['bridge', 'loopback', 'ptp', 'host-local', 'portmap'] as const;
export const COREDNS_COMMANDS = ['coredns'] as const;
/** Programs of the images of the lab. */
export const POD_COMMANDS = ['agnhost', 'pause'] as const;
/** Kubernetes' own end-to-end tests. */
export const CONFORMANCE_COMMANDS = ['e2e.test'] as const;
/** The checks of kube-bench are in `cfg.tar`; some of the checks call `jq`. */
export const KUBE_BENCH_COMMANDS = ['kube-bench', 'cfg.tar', 'jq'] as const;
export const AGE_COMMANDS = ['age', 'age-keygen'] as const;
export const SOPS_COMMANDS = ['sops'] as const;
/** A server of S3, whose objects are files of a folder. */
export const S3_SERVER_COMMANDS = ['versitygw'] as const;

/** What a source is asked for. */
export interface Wanted {
  /** Without the leading v. */
  readonly version: string;
  readonly commands: readonly string[];
}

/** A source. Afterwards `folder` has the commands; the returned text names their origin. */
export type Source = (wanted: Wanted, folder: string, context: SourceContext) => Promise<string>;

export interface SourceContext {
  readonly architecture: string;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal | undefined;
  /** A folder for the modules and objects of several builds, if they share them. */
  readonly store?: string | undefined;
}
