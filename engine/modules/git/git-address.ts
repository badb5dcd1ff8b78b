import { revealed } from '../../values/base/revealed.ts';
import { Secret } from '../../values/base/secret.ts';
import type { Impossible } from '../base/module.ts';

/** The address of a repository. */
export interface GitAddress {
  readonly kind: 'address';
  /** The address without user name and password. git stores it, and shows it in the arguments of its processes. */
  readonly url: string;
  readonly account: GitAccount | undefined;
}

/** The login for an HTTP server. git gets it through the environment, and uses it only for this server. */
export interface GitAccount {
  /** Scheme, name and port of the server: `https://git.example.org:8443`. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
}

/**
 * Returns the parts of the address of a repository, or why it cannot be used. git passes an address on in the arguments
 * of its processes. So only the user name and the password of an HTTP address may be secret; both are removed from the
 * address.
 */
export function gitAddress(repo: string | Secret): GitAddress | Impossible {
  const text = revealed(repo);
  const [, scheme = '', account, server = '', rest = ''] = /^(https?:\/\/)([^/@]*)@([^/]+)(\/.*)?$/is.exec(text) ?? [];
  if (account === undefined) {
    if (!(repo instanceof Secret)) return { kind: 'address', url: text, account: undefined };
    return {
      kind: 'impossible',
      what: 'the address of the repository is secret',
      why: 'git shows addresses in the arguments of its processes; only the user name and the password of an HTTP address can be kept out of them.',
      remedy: 'Write the secret as https://USER:{{password}}@host/path, or give key_file for an address of SSH.',
    };
  }
  const colon = account.indexOf(':');
  const user = decoded(colon < 0 ? account : account.slice(0, colon));
  const password = decoded(colon < 0 ? '' : account.slice(colon + 1));
  if (user === undefined || password === undefined || /[\r\n]/.test(user + password))
    return {
      kind: 'impossible',
      what: 'the user name or the password in repo is not encoded for an address',
      remedy: 'Write {{urlencode password}}: it writes %25 for a percent sign, and so on.',
    };
  const origin = `${scheme.toLowerCase()}${server}`;
  return { kind: 'address', url: `${origin}${rest}`, account: { server: origin, user, password } };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
