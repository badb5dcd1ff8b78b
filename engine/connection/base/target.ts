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

/** A setting of the inventory that has no effect, and the reason why that does no harm. */
export interface WithoutEffect {
  readonly what: string;
  readonly why: string;
}

/** Host keys that are refused even if another rule trusts them, and the message for that case. */
export interface RefusedKeys {
  /** Each key as in known_hosts: type and base64. */
  readonly keys: readonly string[];
  readonly what: string;
  readonly why: string | undefined;
  readonly remedy: string | undefined;
}

export interface OpensshCall {
  /** `automatic`: use the system's ssh only if ssh2 cannot do what the settings ask for. */
  readonly use: 'automatic' | 'always';
  /**
   * Settings of the way to the host, jump hosts included, that ssh2 does not support. Each is a sentence without its
   * point: "CertificateFile is set".
   */
  readonly reasons: readonly string[];
  /** Options of ssh_config(5) that are set, and that have no effect while ssh2 is the transport. */
  readonly notKept: readonly string[];
  /** Arguments before those of the transport: settings of the inventory that replace the configuration of ssh. */
  readonly options: readonly string[];
  /**
   * Resolves to true if the configuration of ssh asks for a login method that ssh2 does not have. It is asked for after
   * the other methods have failed.
   */
  readonly mayLogInOtherwise: () => Promise<boolean>;
}

/** A host to reach over SSH. Times are in milliseconds. */
export interface SshTarget {
  readonly kind: 'ssh';
  /** The name of the host in the inventory. */
  readonly name: string;
  /** The name that ssh would get on its command line. The configuration of ssh is read for this name. */
  readonly alias: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Private keys in the order in which they are tried. */
  readonly identityFiles: readonly string[];
  /** IdentitiesOnly of ssh_config(5): use only those keys of the agent that an identity file names. */
  readonly identitiesOnly?: boolean | undefined;
  /** The allowed login methods, in the order in which they are tried. Default: all. */
  readonly loginMethods?: readonly LoginMethod[] | undefined;
  readonly password?: string;
  /** The passphrase of encrypted identity files. */
  readonly passphrase?: string;
  /** Socket of an SSH agent, asked after the identity files. */
  readonly agent: string | undefined;
  /** All files are read; with `accept-new`, new keys are written to the first one. */
  readonly knownHostsFiles: readonly string[];
  readonly hostKeyChecking: 'strict' | 'accept-new' | 'off';
  /** HostKeyAlias of ssh_config(5): the exact name in known_hosts, in place of address and port. */
  readonly hostKeyAlias?: string | undefined;
  /** HashKnownHosts of ssh_config(5). It is asked for when the key of a new host is written. */
  readonly hashKnownHosts?: (() => Promise<boolean>) | undefined;
  /** Algorithms that the configuration of ssh allows and ssh2 supports. Undefined lists are not configured. */
  readonly algorithms?: PinnedAlgorithms | undefined;
  /** AddressFamily of ssh_config(5). Default: both. */
  readonly addressFamily?: 4 | 6 | undefined;
  /** BindAddress of ssh_config(5). */
  readonly bindAddress?: string | undefined;
  /** How to call the system's ssh, if it is the transport. */
  readonly openssh: OpensshCall;
  /** Host keys that are refused. */
  readonly refusedKeys?: RefusedKeys | undefined;
  /** Number of further attempts to connect if the host does not answer. */
  readonly retries?: number | undefined;
  /** Settings of the inventory for the connection that have no effect. */
  readonly withoutEffect?: readonly WithoutEffect[];
  /**
   * Set for a jump host: the setting that names it. The configuration of ssh says how to reach it; variables of the
   * inventory do not count.
   */
  readonly jumpBy?: 'ansible_jump_host' | 'ProxyJump';
  /** All jump hosts, the nearest to the controller first. Their own `jumps` are ignored. */
  readonly jumps: readonly SshTarget[];
  /**
   * A program whose input and output are the connection, as ProxyCommand of ssh_config(5). Ignored if there are jumps.
   */
  readonly proxyCommand?: string | undefined;
  readonly connectTimeoutMs: number;
  /** Time between two keep-alive messages. The connection ends after three without an answer. 0: no messages. */
  readonly keepAliveMs: number;
}

/** The machine on which runbook runs, without SSH. */
export interface LocalTarget {
  readonly kind: 'local';
  readonly name: string;
}

export type Target = SshTarget | LocalTarget;

/** The user who runs a script: the login user, or another one through a become method. */
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
  /** The program, if it is not the method's name. */
  readonly exe?: string;
  /** Arguments that replace the usual ones of the method. */
  readonly flags?: string;
}
