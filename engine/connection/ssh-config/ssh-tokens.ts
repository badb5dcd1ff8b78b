import { homedir, hostname, userInfo } from 'node:os';

/** Values of the TOKENS of ssh_config(5). */
export interface TokenValues {
  /** The host name on the command line of ssh. */
  readonly alias: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly hostKeyAlias?: string | undefined;
  /** The value of ProxyJump; empty if it is not set. */
  readonly jumps?: string | undefined;
}

// Functions, because the system is asked for most of them, and a run of many hosts expands many paths without any token.
const TOKENS: Readonly<Record<string, (values: TokenValues) => string>> = {
  '%%': () => '%',
  '%d': () => homedir(),
  '%h': ({ address }) => address,
  '%i': () => `${userInfo().uid}`,
  '%j': ({ jumps }) => jumps ?? '',
  '%k': ({ hostKeyAlias, alias }) => hostKeyAlias ?? alias,
  '%L': () => hostname().split('.')[0] ?? '',
  '%l': () => hostname(),
  '%n': ({ alias }) => alias,
  '%p': ({ port }) => `${port}`,
  '%r': ({ user }) => user,
  '%u': () => userInfo().username,
};

/**
 * Expands a path of the configuration of ssh: tokens, `${NAME}` and a leading `~/`. Undefined if a part cannot be known
 * here: a variable that is not set, the home of another user, or %C, which depends on the version of ssh.
 */
export function expandPath(path: string, values: TokenValues): string | undefined {
  let isKnown = !/^~[^/]/.test(path);
  const known = (value: string | undefined): string => {
    isKnown &&= value !== undefined;
    return value ?? '';
  };
  const expanded = path
    .replace(/^~(?=\/|$)/, () => homedir())
    .replaceAll(/\$\{([^}$]*)\}|%./g, (token, name: string | undefined) =>
      known(name === undefined ? TOKENS[token]?.(values) : process.env[name]),
    );
  return isKnown ? expanded : undefined;
}
