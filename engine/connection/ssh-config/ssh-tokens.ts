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

/**
 * Expands a path of the configuration of ssh: tokens, `${NAME}` and a leading `~/`. Undefined if a part cannot be known
 * here: a variable that is not set, the home of another user, or %C, which depends on the version of ssh.
 */
export function expandPath(path: string, values: TokenValues): string | undefined {
  const tokens: Readonly<Record<string, string>> = {
    '%%': '%',
    '%d': homedir(),
    '%h': values.address,
    '%i': `${userInfo().uid}`,
    '%j': values.jumps ?? '',
    '%k': values.hostKeyAlias ?? values.alias,
    '%L': hostname().split('.')[0] ?? '',
    '%l': hostname(),
    '%n': values.alias,
    '%p': `${values.port}`,
    '%r': values.user,
    '%u': userInfo().username,
  };
  let isKnown = !/^~[^/]/.test(path);
  const known = (value: string | undefined): string => {
    isKnown &&= value !== undefined;
    return value ?? '';
  };
  const expanded = path
    .replace(/^~(?=\/|$)/, homedir())
    .replaceAll(/\$\{([^}$]*)\}|%./g, (token, name: string | undefined) =>
      known(name === undefined ? tokens[token] : process.env[name]),
    );
  return isKnown ? expanded : undefined;
}
