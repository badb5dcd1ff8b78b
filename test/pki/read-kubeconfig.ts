import { parse } from 'yaml';
import { z } from 'zod';
import type { Credential, Kubeconfig } from '../../engine/pki/kubeconfig.ts';

const base64 = z.string().transform((text) => Buffer.from(text, 'base64').toString('utf8'));

const user = z.union([
  z.strictObject({ 'client-certificate-data': base64, 'client-key-data': base64 }).transform((data): Credential => ({
    kind: 'certificate',
    certificatePem: data['client-certificate-data'],
    privateKeyPem: data['client-key-data'],
  })),
  z.strictObject({ token: z.string() }).transform(({ token }): Credential => ({ kind: 'token', token })),
]);

const file = z.object({
  'current-context': z.string(),
  clusters: z.tuple([
    z.object({ name: z.string(), cluster: z.object({ server: z.string(), 'certificate-authority-data': base64 }) }),
  ]),
  users: z.tuple([z.object({ name: z.string(), user })]),
  contexts: z.tuple([z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) })]),
});

/** Reads a kubeconfig with one cluster, one user and one context, as YAML 1.1 like Kubernetes. */
export function readKubeconfig(text: string): Required<Kubeconfig> {
  const { clusters, users, contexts, ...root } = file.parse(parse(text, { version: '1.1', logLevel: 'error' }));
  const [{ name: clusterName, cluster }] = clusters;
  const [{ name: userName, user: credential }] = users;
  const [{ name: contextName, context }] = contexts;
  if (root['current-context'] !== contextName || context.cluster !== clusterName || context.user !== userName)
    throw new Error('the current context does not name the cluster and the user of the file');
  return {
    contextName,
    clusterName,
    userName,
    server: cluster.server,
    authorityPem: cluster['certificate-authority-data'],
    credential,
  };
}
