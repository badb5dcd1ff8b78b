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
  user: { names: ['ansible_ssh_user', 'ansible_user'], use: 'kept', says: 'the user to log in as' },
  password: {
    names: ['ansible_ssh_password', 'ansible_ssh_pass', 'ansible_password'],
    use: 'kept',
    says: 'the password to log in with',
  },
  keyFile: {
    names: ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
    use: 'kept',
    says: 'the file of the key to log in with. Keys of the agent are tried too; the key whose public half is FILE.pub comes first',
  },
  passphrase: {
    names: ['ansible_ssh_private_key_passphrase', 'ansible_private_key_passphrase'],
    use: 'kept',
    says: 'the passphrase of the key',
  },
  hostKeyChecking: {
    names: ['ansible_ssh_host_key_checking', 'ansible_host_key_checking'],
    use: 'kept',
    says: 'if false, runbook does not check the key of the host',
  },
  knownHosts: {
    names: ['ansible_known_hosts_file'],
    use: 'kept',
    says: 'the file of known host keys, in place of the files of ssh',
  },
  jumps: {
    names: ['ansible_jump_host'],
    use: 'kept',
    says: 'the jump hosts on the way to the host: `user@jump:22`; commas separate several of them',
  },
  proxyCommand: {
    names: ['ansible_ssh_proxy_command'],
    use: 'kept',
    says: 'a command that opens the connection, like ProxyCommand of ssh',
  },
  timeout: {
    names: ['ansible_ssh_timeout'],
    use: 'kept',
    says: 'the seconds that connecting may take, in place of `--timeout`',
  },
  keepAlive: {
    names: ['ansible_server_alive_interval'],
    use: 'kept',
    says: 'the seconds between two requests for a sign of life of the host',
  },
  retries: { names: ['ansible_ssh_retries'], use: 'kept', says: 'the number of further attempts to connect' },
  pkcs11: {
    names: ['ansible_ssh_pkcs11_provider'],
    use: 'kept',
    says: 'the library of a token, like PKCS11Provider of ssh; it needs openssh',
  },
  executable: {
    names: ['ansible_ssh_executable'],
    use: 'kept',
    says: 'only the program ssh of the PATH is accepted; another program is an error',
  },
  firstArguments: {
    names: ['ansible_ssh_args'],
    use: 'kept',
    says: '[arguments for ssh](#arguments-for-ssh), before those that follow from the other variables',
  },
  commonArguments: {
    names: ['ansible_ssh_common_args'],
    use: 'kept',
    says: '[arguments for ssh](#arguments-for-ssh), after those that follow from the other variables',
  },
  extraArguments: {
    names: ['ansible_ssh_extra_args'],
    use: 'kept',
    says: 'arguments for ssh, after those of `ansible_ssh_common_args`',
  },
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
    says: 'runbook passes a password to ssh without the program sshpass, and waits for no prompt.',
  },
  terminal: { names: ['ansible_ssh_use_tty'], use: 'without effect', says: 'runbook uses no terminal on the host.' },
  verbosity: {
    names: ['ansible_ssh_verbosity'],
    use: 'without effect',
    says: 'If a connection fails, the error shows the messages of ssh.',
  },
  shell: {
    names: ['ansible_shell_type', 'ansible_shell_executable'],
    use: 'without effect',
    says: 'Scripts always run under sh. The shell of the account does not matter.',
  },
  temporary: {
    names: ['ansible_remote_tmp', 'ansible_system_tmpdirs', 'ansible_async_dir'],
    use: 'without effect',
    says: 'runbook writes a new file into the folder of its target, and unpacks nothing on the host before a task.',
  },
  key: {
    names: ['ansible_ssh_private_key', 'ansible_private_key'],
    use: 'refused',
    says: 'Write the key into a file that only you can read, and write its path into ansible_ssh_private_key_file; or load the key into an SSH agent.',
  },
} as const satisfies Readonly<Record<string, ConnectionVariable>>;

/** All rows, with one type. */
export const ALL_CONNECTION_VARIABLES: readonly ConnectionVariable[] = Object.values(CONNECTION_VARIABLES);
