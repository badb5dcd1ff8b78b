/** A state that differs from the site: made on a host by a shell command as root, or by other variables. */
export interface Perturbation {
  readonly name: string;
  readonly on: 'one host' | 'all hosts';
  readonly command?: string;
  readonly variables?: readonly string[];
  /** A certificate on the controller, issued again for a few days only by a separate play with these variables. */
  readonly shortLived?: { readonly certificate: string; readonly variables: readonly string[] };
}

type Choose = <Item>(items: readonly [Item, ...Item[]]) => Item;

const CONFIGS = [
  '/etc/etcd/etcdctl.env',
  '/etc/haproxy/haproxy.cfg',
  '/etc/keepalived/keepalived.conf',
  '/etc/kubernetes/audit-policy.yaml',
  '/etc/kubernetes/scheduler-config.yaml',
] as const;
const UNIT_FILES = [
  '/etc/systemd/system/etcd.service',
  '/etc/systemd/system/kube-apiserver.service',
  '/etc/systemd/system/kube-controller-manager.service',
  '/etc/systemd/system/kube-scheduler.service',
] as const;
const UNITS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'haproxy', 'keepalived'] as const;
const KEYS = [
  '/etc/kubernetes/pki/sa.key',
  '/etc/kubernetes/pki/apiserver.key',
  '/etc/etcd/pki/server.key',
  '/etc/kubernetes/pki/scheduler/server.key',
] as const;
const CERTIFICATES = [
  '/etc/etcd/pki/peer.crt',
  '/etc/kubernetes/pki/apiserver.crt',
  '/etc/kubernetes/pki/front-proxy-client.crt',
] as const;
const BINARIES = ['/usr/local/bin/kube-scheduler', '/usr/local/bin/etcdctl', '/usr/local/bin/kubectl'] as const;

/** Returns twenty perturbations, each of another kind; the seed chooses files, units and values. */
export function perturbations(random: () => number): readonly Perturbation[] {
  const one: Choose = (items) => items[Math.floor(random() * items.length)] ?? items[0];
  const number = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const config = one(CONFIGS);
  const removed = one(CONFIGS);
  const unitFile = one(UNIT_FILES);
  const key = one(KEYS);
  const owned = one(KEYS);
  const stopped = one(UNITS);
  const disabled = one(UNITS);
  const certificate = one(CERTIFICATES);
  const binary = one(BINARIES);
  const emptied = one(CONFIGS);
  const all: readonly Perturbation[] = [
    host(`a line more in ${config}`, `echo '# someone was here' >>${config}`),
    host(`${removed} is removed`, `rm -f ${removed}`),
    host(`${emptied} is empty`, `: >${emptied}`),
    host(`a line more in ${unitFile}`, `echo '# someone was here' >>${unitFile}`),
    host(`${key} is for all to read`, `chmod 0644 ${key}`),
    host(`${owned} is nobody's`, `chown nobody ${owned}`),
    host(`${stopped} is stopped`, `systemctl stop ${stopped}`),
    host(`${disabled} is disabled`, `systemctl disable -q ${disabled}`),
    host(`${stopped} is stopped and disabled`, `systemctl disable -q --now ${stopped}`),
    host(`${certificate} is lost`, `rm -f ${certificate}`),
    host('the certificates of the scheduler are lost', 'rm -rf /etc/kubernetes/pki/scheduler'),
    host('the log folder is lost', 'rm -rf /var/log/kubernetes'),
    host(`${binary} is another file`, `printf '#!/bin/sh\\n' >${binary}.x && mv ${binary}.x ${binary}`),
    host('a host has another name', 'hostnamectl set-hostname other 2>/dev/null || echo other >/etc/hostname'),
    host('the user of etcd lost its shell', 'usermod -s /bin/sh etcd'),
    host('the names of the hosts are gone', "sed -i '/k8s-master/d' /etc/hosts"),
    host('the folder of certificates is open', 'chmod 0777 /etc/kubernetes/pki'),
    site('a flag of the apiserver is another', `apiserver_event_ttl=${number(2, 9)}h0m0s`),
    site('a name more in the certificates', `{"api_extra_names": ["api-${number(1, 999)}.example.org"]}`),
    shortLived(one(['apiserver', 'etcd-server', 'scheduler-server'])),
    site('another timeout of the load balancer', `haproxy_connect_timeout=${number(5, 20)}s`),
    site('a verbosity of the scheduler', `{"scheduler_verbosity": ${number(3, 5)}}`),
  ];
  return shuffled(all, random).slice(0, 20);
}

function host(name: string, command: string): Perturbation {
  return { name, on: 'one host', command };
}

/** The certificate has 30 days left, and is renewed below 60. */
function shortLived(certificate: string): Perturbation {
  const variables = ['-e', '{"pki_certificate_days": 30, "pki_renew_before_days": 10}'];
  return {
    name: `the certificate ${certificate} is close to its end`,
    on: 'one host',
    shortLived: { certificate, variables },
  };
}

function site(name: string, variables: string): Perturbation {
  return { name, on: 'all hosts', variables: ['-e', variables] };
}

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, by: random() }))
    .toSorted((one, other) => one.by - other.by)
    .map(({ item }) => item);
}
