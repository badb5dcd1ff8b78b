import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';

/** Names of authentication methods (RFC 4252 and RFC 4256) that ssh2 is given. */
export type LoginMethod = 'publickey' | 'password' | 'keyboard-interactive';

/** Lists of names as in ssh_config(5), the preferred first. */
export interface PinnedAlgorithms {
  readonly keyExchanges?: readonly KexAlgorithm[] | undefined;
  readonly hostKeys?: readonly ServerHostKeyAlgorithm[] | undefined;
  readonly ciphers?: readonly CipherAlgorithm[] | undefined;
  readonly macs?: readonly MacAlgorithm[] | undefined;
}

/** A setting of the inventory that nothing comes of: the setting, and why that does no harm. */
export interface WithoutEffect {
  readonly what: string;
  readonly why: string;
}

/** Keys of hosts that may not be logged in to, whoever vouches for them, and what is said then. */
export interface RefusedKeys {
  /** As in known_hosts: type and base64. */
  readonly keys: readonly string[];
  readonly what: string;
  readonly why: string | undefined;
  readonly remedy: string | undefined;
}

export interface OpensshCall {
  /** `automatic`: only where ssh2 cannot do what is wanted. */
  readonly use: 'automatic' | 'always';
  /**
   * What is wanted of the way to the host, jump hosts included, that ssh2 cannot do. As sentences go: "CertificateFile
   * is set".
   */
  readonly reasons: readonly string[];
  /** Options of ssh_config(5) that are set and of which nothing comes while ssh2 is the transport. */
  readonly notKept: readonly string[];
  /** Arguments ahead of those that the transport gives: what the inventory says in place of ssh's configuration. */
  readonly options: readonly string[];
  /** Whether ssh's configuration asks for a way to log in that ssh2 has none of, where the others fail. */
  readonly mayLogInOtherwise: () => Promise<boolean>;
}

/** A host to reach over SSH. Times are milliseconds. */
export interface SshTarget {
  readonly kind: 'ssh';
  /** Its name in the inventory. */
  readonly name: string;
  /** What ssh would be given on its command line. ssh's own configuration is read for it. */
  readonly alias: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Private keys in the order in which they are tried. */
  readonly identityFiles: readonly string[];
  /** IdentitiesOnly of ssh_config(5): of the agent's keys, those alone that an identity file names. */
  readonly identitiesOnly?: boolean | undefined;
  /** The ways to log in that are allowed, in the order in which they are tried. All of them unless told. */
  readonly loginMethods?: readonly LoginMethod[] | undefined;
  readonly password?: string;
  /** For encrypted identity files. */
  readonly passphrase?: string;
  /** Socket of an SSH agent, asked after the identity files. */
  readonly agent: string | undefined;
  /** All are read; with `accept-new` the first one is written to. */
  readonly knownHostsFiles: readonly string[];
  readonly hostKeyChecking: 'strict' | 'accept-new' | 'off';
  /** HostKeyAlias of ssh_config(5): the name in known_hosts, as it is, in place of address and port. */
  readonly hostKeyAlias?: string | undefined;
  /** HashKnownHosts of ssh_config(5), asked for when a new host is written down. */
  readonly hashKnownHosts?: (() => Promise<boolean>) | undefined;
  /** Algorithms that ssh's configuration allows, as far as ssh2 has them; what is undefined is not set there. */
  readonly algorithms?: PinnedAlgorithms | undefined;
  /** AddressFamily of ssh_config(5); either unless told. */
  readonly addressFamily?: 4 | 6 | undefined;
  /** BindAddress of ssh_config(5). */
  readonly bindAddress?: string | undefined;
  /** How the system's ssh is called for it, where that is the transport. */
  readonly openssh: OpensshCall;
  /** Keys of hosts that may not be logged in to. */
  readonly refusedKeys?: RefusedKeys | undefined;
  /** How often it is tried again to connect, where the host does not answer. */
  readonly retries?: number | undefined;
  /** What the inventory says of the connection, and nothing comes of. */
  readonly withoutEffect?: readonly WithoutEffect[];
  /** A jump host. How it is reached is said by ssh's own configuration, not by variables of the inventory. */
  readonly isJump?: true;
  /** All hosts to go through, the nearest to the controller first. Their own `jumps` are not looked at. */
  readonly jumps: readonly SshTarget[];
  /**
   * A program whose input and output are the connection, as ProxyCommand of ssh_config(5). Not looked at where there
   * are jumps.
   */
  readonly proxyCommand?: string | undefined;
  readonly connectTimeoutMs: number;
  /** How often the host is asked for a sign of life; three unanswered end the connection. 0 asks never. */
  readonly keepAliveMs: number;
}

/** The machine that runbook runs on, without SSH. */
export interface LocalTarget {
  readonly kind: 'local';
  readonly name: string;
}

export type Target = SshTarget | LocalTarget;

/** Who runs a script: the user that logged in, or another one by way of a become method. */
export type Privilege = LoginPrivilege | BecomePrivilege;

export interface LoginPrivilege {
  readonly kind: 'login';
}

export const BECOME_METHODS = ['sudo', 'su', 'doas'] as const;
export type BecomeMethod = (typeof BECOME_METHODS)[number];

export interface BecomePrivilege {
  readonly kind: 'become';
  readonly user: string;
  readonly method: BecomeMethod;
  readonly password?: string;
  /** The program in place of the method's name. */
  readonly exe?: string;
  /** Words in place of the method's usual ones. */
  readonly flags?: string;
}
