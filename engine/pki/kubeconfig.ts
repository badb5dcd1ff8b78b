import { stringify } from 'yaml';
import { Problem } from '../errors/problem.ts';

/** The means by which a user proves who they are. */
export type Credential =
  | { readonly kind: 'certificate'; readonly certificatePem: string; readonly privateKeyPem: string }
  | { readonly kind: 'token'; readonly token: string };

/** The data with which a client reaches a cluster as one user. It contains a secret: the caller must mark it as one. */
export interface Kubeconfig {
  readonly clusterName: string;
  /** `https://host:port`. */
  readonly server: string;
  /** PEM of one or more certificates that verify the server's certificate. */
  readonly authorityPem: string;
  readonly userName: string;
  readonly credential: Credential;
  /** Default: `user@cluster`. */
  readonly contextName?: string | undefined;
}

/**
 * Returns a kubeconfig with all data embedded, so that it can be moved. The same input returns the same text, which
 * contains a secret. Throws Problem `invalid-kubeconfig`.
 */
export function buildKubeconfig(config: Kubeconfig): string {
  const { clusterName, userName, contextName = `${userName}@${clusterName}` } = config;
  for (const [what, text] of Object.entries({ clusterName, userName, contextName })) {
    if (text === '') throw invalid(`The ${what} of a kubeconfig is empty.`);
  }
  const url = URL.canParse(config.server) ? new URL(config.server) : undefined;
  if (url?.protocol !== 'https:') throw invalid(`The server "${config.server}" of a kubeconfig is no https URL.`);
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: clusterName,
          cluster: { 'certificate-authority-data': base64(config.authorityPem), server: config.server },
        },
      ],
      users: [{ name: userName, user: userEntry(config.credential) }],
      contexts: [{ name: contextName, context: { cluster: clusterName, user: userName } }],
      'current-context': contextName,
      preferences: {},
    },
    // Kubernetes reads YAML 1.1, which needs quotes for a user named `on` or `1e3`. Folded lines would be valid but
    // hard to compare.
    { version: '1.1', lineWidth: 0 },
  );
}

function userEntry(credential: Credential): Readonly<Record<string, string>> {
  switch (credential.kind) {
    case 'certificate':
      return {
        'client-certificate-data': base64(credential.certificatePem),
        'client-key-data': base64(credential.privateKeyPem),
      };
    case 'token':
      return { token: credential.token };
  }
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function invalid(what: string): Problem {
  return new Problem({
    code: 'invalid-kubeconfig',
    what,
    remedy: 'Give the cluster and the user names that are not empty, and the server as https://HOST:PORT.',
  });
}
