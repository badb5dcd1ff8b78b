import { parse, stringify } from 'yaml';
import { Problem } from '../errors/problem.ts';

/** How a user proves who they are. */
export type Credential =
  | { readonly kind: 'certificate'; readonly certificatePem: string; readonly privateKeyPem: string }
  | { readonly kind: 'token'; readonly token: string };

/**
 * All that a client needs to reach a cluster as one user. The text holds a secret: whoever takes it on must mark it so.
 */
export interface Kubeconfig {
  readonly clusterName: string;
  /** `https://host:port`. */
  readonly server: string;
  /** What the server's certificate is verified with; may be several certificates. */
  readonly authorityPem: string;
  readonly userName: string;
  readonly credential: Credential;
  /** Default: `user@cluster`. */
  readonly contextName?: string | undefined;
}

/**
 * A kubeconfig with everything embedded, so that it can be moved; the same input gives the same text.
 * Throws a Problem (`invalid-kubeconfig`).
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
    // Kubernetes reads YAML 1.1, where a user named `on` or `1e3` needs quotes. A folded line would be legal and hard
    // to compare.
    { version: '1.1', lineWidth: 0 },
  );
}

/**
 * The facts of the current context of any kubeconfig. Throws a Problem (`invalid-kubeconfig`) if the text is no
 * kubeconfig, if an entry is missing, or if it refers to other files. The Problem quotes no secret.
 */
export function inspectKubeconfig(text: string): Required<Kubeconfig> {
  const root = record(readYaml(text), 'the kubeconfig');
  const contextName = textIn(root, 'current-context', 'the kubeconfig');
  const context = entry(root, 'contexts', contextName, 'context');
  const clusterName = textIn(context, 'cluster', `the context "${contextName}"`);
  const userName = textIn(context, 'user', `the context "${contextName}"`);
  const cluster = entry(root, 'clusters', clusterName, 'cluster');
  const where = `the cluster "${clusterName}"`;
  return {
    contextName,
    clusterName,
    userName,
    server: textIn(cluster, 'server', where),
    authorityPem: decoded(cluster, 'certificate-authority-data', where),
    credential: readCredential(entry(root, 'users', userName, 'user'), `the user "${userName}"`),
  };
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

function readCredential(user: Readonly<Record<string, unknown>>, where: string): Credential {
  if (user['token'] !== undefined) return { kind: 'token', token: textIn(user, 'token', where) };
  return {
    kind: 'certificate',
    certificatePem: decoded(user, 'client-certificate-data', where),
    privateKeyPem: decoded(user, 'client-key-data', where),
  };
}

function readYaml(text: string): unknown {
  try {
    // Not `silent`: that level takes broken text without a word.
    return parse(text, { version: '1.1', logLevel: 'error' });
  } catch {
    // The parser's own words quote the line, and the line may be a key.
    throw invalid('The kubeconfig is not valid YAML.');
  }
}

function entry(
  root: Readonly<Record<string, unknown>>,
  list: string,
  name: string,
  field: string,
): Readonly<Record<string, unknown>> {
  const items = root[list];
  for (const item of Array.isArray(items) ? items : []) {
    const candidate = record(item, `an entry of ${list}`);
    if (candidate['name'] === name) return record(candidate[field], `the ${field} "${name}"`);
  }
  throw invalid(`The kubeconfig has no ${field} "${name}".`);
}

function decoded(map: Readonly<Record<string, unknown>>, key: string, where: string): string {
  const file = key.replace(/-data$/, '');
  if (map[key] === undefined && map[file] !== undefined) throw invalid(`In ${where}, ${file} refers to another file.`);
  return Buffer.from(textIn(map, key, where), 'base64').toString('utf8');
}

function textIn(map: Readonly<Record<string, unknown>>, key: string, where: string): string {
  const value = map[key];
  if (typeof value !== 'string' || value === '') throw invalid(`In ${where}, ${key} is missing or no text.`);
  return value;
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`In the kubeconfig, ${what} is no map.`);
  return Object.fromEntries(Object.entries(value));
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function invalid(what: string): Problem {
  return new Problem({
    code: 'invalid-kubeconfig',
    what,
    remedy: 'Give a kubeconfig with its certificates and keys embedded.',
  });
}
