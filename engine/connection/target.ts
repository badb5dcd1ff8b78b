/** A host to reach over SSH. Times are milliseconds. */
export interface SshTarget {
  readonly kind: 'ssh';
  /** Its name in the inventory. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Private keys in the order in which they are tried. */
  readonly identityFiles: readonly string[];
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
  /** A jump host. How it is reached is said by ssh's own configuration, not by variables of the inventory. */
  readonly isJump?: true;
  /** All hosts to go through, the nearest to the controller first. Their own `jumps` are not looked at. */
  readonly jumps: readonly SshTarget[];
  /** A program whose input and output are the connection, as ProxyCommand of ssh_config(5). Not looked at where there are jumps. */
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

/** Who runs a script: the user that logged in, or another one by way of sudo. */
export type Privilege = LoginPrivilege | BecomePrivilege;

export interface LoginPrivilege {
  readonly kind: 'login';
}

export interface BecomePrivilege {
  readonly kind: 'become';
  readonly user: string;
  readonly method: 'sudo';
  readonly password?: string;
}
