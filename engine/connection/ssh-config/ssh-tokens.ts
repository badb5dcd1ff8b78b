import { homedir, hostname, userInfo } from 'node:os';

/** What the TOKENS of ssh_config(5) stand for. */
export interface TokenValues {
  /** What ssh was given on its command line. */
  readonly alias: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly hostKeyAlias?: string | undefined;
  /** ProxyJump as it is set; empty where it is not. */
  readonly jumps?: string | undefined;
}

/**
 * A path of ssh's configuration with its tokens, `${NAME}` and a leading `~/` replaced. Undefined where it has one that
 * cannot be known here: a variable that is not set, another user's home, %C, which each version of ssh makes of other
 * things.
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
    .replaceAll(/\$\{([^}]*)\}|%./g, (token, name: string | undefined) =>
      known(name === undefined ? tokens[token] : process.env[name]),
    );
  return isKnown ? expanded : undefined;
}
