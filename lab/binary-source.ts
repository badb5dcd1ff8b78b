/** The commands in the order of upstream's release site. `kubelet` and `kubeadm` are for later steps. */
export const KUBERNETES_COMMANDS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;
export const ETCD_COMMANDS = ['etcd', 'etcdctl', 'etcdutl'] as const;
/** Its checks are in `cfg.tar`; some of them call `jq`. */
export const KUBE_BENCH_COMMANDS = ['kube-bench', 'cfg.tar', 'jq'] as const;
export const AGE_COMMANDS = ['age', 'age-keygen'] as const;
export const SOPS_COMMANDS = ['sops'] as const;

/** A source. Afterwards `folder` has the commands; the returned text names their origin. */
export type Source = (version: string, folder: string, context: SourceContext) => Promise<string>;

export interface SourceContext {
  readonly architecture: string;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}
