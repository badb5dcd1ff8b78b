/** A variable of a host about its connection. If several names with one meaning are set, the first one counts. */
export interface ConnectionVariable {
  readonly names: readonly [string, ...string[]];
  /**
   * kept: runbook applies it. without effect: the behavior is the same anyway, or it has no meaning here; a warning
   * names it. refused: an error names it.
   */
  readonly use: 'kept' | 'without effect' | 'refused';
  /** For a kept variable its meaning; for others the reason, or what to do instead. Sentences. */
  readonly says: string;
}

const SESSION = 'Commands and files go through one session, without sftp, scp or further logins.';

/** The names are those of the connection plugin ssh of ansible-core, and some of runbook's own. */
export const CONNECTION_VARIABLES = {
  connection: { names: ['ansible_connection'], use: 'kept', says: '`ssh`, `openssh` or `local`' },
  host: { names: ['ansible_ssh_host', 'ansible_host'], use: 'kept', says: 'the address, or a name of `~/.ssh/config`' },
  port: { names: ['ansible_ssh_port', 'ansible_port'], use: 'kept', says: 'the port' },
  user: { names: ['ansible_ssh_user', 'ansible_user'], use: 'kept', says: 'who logs in' },
  password: {
    names: ['ansible_ssh_password', 'ansible_ssh_pass', 'ansible_password'],
    use: 'kept',
    says: 'the password to log in with',
  },
  keyFile: {
    names: ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
    use: 'kept',
    says: 'the key to log in with; the agent is asked too, for the key that the file names (FILE.pub) first',
  },
  passphrase: {
    names: ['ansible_ssh_private_key_passphrase', 'ansible_private_key_passphrase'],
    use: 'kept',
    says: 'the passphrase of the key',
  },
  hostKeyChecking: {
    names: ['ansible_ssh_host_key_checking', 'ansible_host_key_checking'],
    use: 'kept',
    says: 'false: the key of the host is not checked',
  },
  knownHosts: { names: ['ansible_known_hosts_file'], use: 'kept', says: 'the one file of known hosts' },
  jumps: { names: ['ansible_jump_host'], use: 'kept', says: 'the way there: `user@jump:22`, several with commas' },
  proxyCommand: {
    names: ['ansible_ssh_proxy_command'],
    use: 'kept',
    says: 'a program that brings the connection, as ProxyCommand',
  },
  timeout: { names: ['ansible_ssh_timeout'], use: 'kept', says: 'seconds to connect, in place of `--timeout`' },
  keepAlive: {
    names: ['ansible_server_alive_interval'],
    use: 'kept',
    says: 'seconds between two signs of life of the host',
  },
  retries: { names: ['ansible_ssh_retries'], use: 'kept', says: 'how often it is tried again to connect' },
  pkcs11: {
    names: ['ansible_ssh_pkcs11_provider'],
    use: 'kept',
    says: 'the library of a token, as PKCS11Provider, over openssh',
  },
  executable: {
    names: ['ansible_ssh_executable'],
    use: 'kept',
    says: 'the program ssh of the PATH; another one is refused',
  },
  firstArguments: {
    names: ['ansible_ssh_args'],
    use: 'kept',
    says: '[arguments for ssh](#arguments-for-ssh), ahead of what the other variables say',
  },
  commonArguments: {
    names: ['ansible_ssh_common_args'],
    use: 'kept',
    says: '[arguments for ssh](#arguments-for-ssh), behind what the other variables say',
  },
  extraArguments: { names: ['ansible_ssh_extra_args'], use: 'kept', says: 'the same, behind them' },
  pipelining: { names: ['ansible_ssh_pipelining', 'ansible_pipelining'], use: 'without effect', says: SESSION },
  transfer: {
    names: [
      'ansible_ssh_transfer_method',
      'ansible_scp_if_ssh',
      'ansible_scp_executable',
      'ansible_scp_extra_args',
      'ansible_sftp_batch_mode',
      'ansible_sftp_executable',
      'ansible_sftp_extra_args',
    ],
    use: 'without effect',
    says: SESSION,
  },
  control: {
    names: ['ansible_control_path', 'ansible_control_path_dir'],
    use: 'without effect',
    says: 'runbook keeps one connection to each host open during the run, and shares it with no other program.',
  },
  prompts: {
    names: ['ansible_ssh_password_mechanism', 'ansible_sshpass_prompt'],
    use: 'without effect',
    says: 'A password reaches ssh without the program sshpass, and no prompt is searched for.',
  },
  terminal: { names: ['ansible_ssh_use_tty'], use: 'without effect', says: 'No terminal is used.' },
  verbosity: {
    names: ['ansible_ssh_verbosity'],
    use: 'without effect',
    says: 'What ssh says is shown where a connection fails.',
  },
  shell: {
    names: ['ansible_shell_type', 'ansible_shell_executable'],
    use: 'without effect',
    says: 'Scripts run under sh, whatever the shell of the account is.',
  },
  temporary: {
    names: ['ansible_remote_tmp', 'ansible_system_tmpdirs', 'ansible_async_dir'],
    use: 'without effect',
    says: 'Files are written beside their place; nothing is unpacked on the host before a task.',
  },
  key: {
    names: ['ansible_ssh_private_key', 'ansible_private_key'],
    use: 'refused',
    says: 'Write the key into a file that only you can read, and name it by ansible_ssh_private_key_file; or load the key into an SSH agent.',
  },
} as const satisfies Readonly<Record<string, ConnectionVariable>>;

/** All rows, with one type. */
export const ALL_CONNECTION_VARIABLES: readonly ConnectionVariable[] = Object.values(CONNECTION_VARIABLES);
