/** A successful use of a module. Its text arguments are then replaced by hostile words, one after the other. */
export interface Row {
  /** `@` is a separate folder for each use. */
  readonly base: Readonly<Record<string, unknown>>;
  /** Arguments that are shell text or an expression: their content is meant to run. */
  readonly code?: readonly string[];
  /** Arguments that cannot be combined with those of the row; another row of the module has them. */
  readonly skip?: readonly string[];
  /** The form that contains the hostile word, if the word alone would be refused. */
  readonly form?: Readonly<Record<string, string>>;
  /** True if the use would change more than the folders of the test, so it is only observed and planned. */
  readonly dry?: true;
}

const FILE = { path: '@/file', create: true };
const PKI = { path: '@/pki', name: 'a', key_size: 2048 };

/** Servers that do not answer: the words reach the client and its configuration, but no server. */
const POSTGRES = {
  login_unix_socket: '/nonexistent',
  login_password: 'x',
  connect_params: { options: 'd' },
};
const OF_DATABASE = { ...POSTGRES, login_db: 'c' };
const MYSQL = { login_user: 'c', login_password: 'x', login_unix_socket: '/nonexistent/socket' };
/** Settings of firewalld besides the service; a task has one of them. */
const FIREWALLD = ['port', 'protocol', 'source', 'interface', 'rich_rule', 'icmp_block'];
/** Parts of a rule of iptables that do not fit together with all others. */
const IPTABLES = [
  'gateway',
  'goto',
  'destination_ports',
  'to_ports',
  'to_source',
  'to_destination',
  'set_dscp_mark',
  'set_dscp_mark_class',
  'src_range',
  'dst_range',
  'match_set',
  'uid_owner',
  'gid_owner',
  'reject_with',
  'icmp_type',
];

/** Every module of the catalogue. A module that takes no text has an empty list, with the reason beside it. */
export const ROWS: Readonly<Record<string, readonly Row[]>> = {
  // It runs nothing on a host.
  add_host: [],
  alternatives: [
    {
      base: {
        name: 'editor',
        path: '/bin/sh',
        link: '/usr/bin/editor',
        subcommands: [{ name: 'editor.1', path: '/bin/sh', link: '/usr/bin/editor.1' }],
      },
      dry: true,
    },
  ],
  apt_repository: [
    {
      base: { repo: 'deb http://example.invalid/ stable main', filename: 'x', update_cache: false },
      form: { repo: 'deb http://example.invalid/ stable %s' },
    },
  ],
  assemble: [{ base: { src: '@', dest: '@/assembled', delimiter: 'x', regexp: 'plain' }, code: ['validate'] }],
  assert: [{ base: { that: '1 == 1', fail_msg: 'no', success_msg: 'yes' }, code: ['that'] }],
  authorized_key: [
    {
      base: { user: 'root', key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBD5v5XaZiHrqVXBYcFvgTwQ7tPUUhKEUZ4OyFSeCgMK a' },
      form: { key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBD5v5XaZiHrqVXBYcFvgTwQ7tPUUhKEUZ4OyFSeCgMK %s' },
    },
  ],
  blockinfile: [{ base: { ...FILE, block: 'x' }, code: ['validate'], form: { marker: '# {mark} %s' } }],
  capabilities: [{ base: { path: '@/plain', capability: 'cap_net_raw+ep' }, dry: true }],
  certificate: [
    {
      base: {
        ...PKI,
        authority: { path: '@/ca', name: 'ca' },
        common_name: 'a',
        usages: ['client'],
        dns: ['a'],
        ip: ['10.0.0.1'],
      },
    },
  ],
  // Each of its uses makes a key.
  certificate_authority: [{ base: { ...PKI, common_name: 'a', organization: ['a'], beside: ['@/beside'] } }],
  certificate_info: [{ base: { paths: ['@/none.crt'] } }],
  check: [{ base: { check: 'false', apply: 'true' }, code: ['check', 'apply'] }],
  command: [
    { base: { argv: ['printf', '%s'] }, skip: ['cmd'] },
    { base: { cmd: 'true' }, form: { cmd: 'printf %s x' }, code: ['cmd'], skip: ['argv'] },
  ],
  copy: [
    { base: { content: 'x', dest: '@/copied' }, code: ['validate'], skip: ['src'] },
    { base: { src: 'plain', dest: '@/copied' }, code: ['validate'], skip: ['content'] },
  ],
  cron: [{ base: { name: 'a', job: 'true' } }, { base: { name: 'a', job: 'true', cron_file: 'x', user: 'root' } }],
  deb822_repository: [
    {
      base: {
        name: 'rb',
        uris: 'https://example.invalid',
        suites: 'stable',
        components: 'main',
        types: 'deb',
        architectures: 'amd64',
        languages: 'en',
        targets: 'deb',
        signed_by: '/etc/apt/keyrings/x.asc',
        inrelease_path: 'x',
        exclude: 'x',
        include: 'y',
      },
      dry: true,
    },
  ],
  debconf: [{ base: { name: 'rb', question: 'rb/name', vtype: 'string', value: 'x' }, dry: true }],
  debug: [
    { base: { msg: 'x' }, skip: ['var'] },
    { base: { var: 'x' }, skip: ['msg'] },
  ],
  docker_container: [
    {
      base: {
        name: 'a',
        image: 'a',
        command: 'c',
        env: { A: 'b' },
        labels: { a: 'b' },
        ports: ['80:80'],
        volumes: ['a:/b'],
        healthcheck: { test: 'true' },
        etc_hosts: { a: 'b' },
        sysctls: { a: 'b' },
        log_options: { a: 'b' },
      },
      dry: true,
    },
  ],
  docker_image: [
    {
      base: { name: 'a', source: 'build', build: { path: '@/build', dockerfile: 'b' }, pull: { platform: 'c' } },
      skip: ['load_path'],
      dry: true,
    },
  ],
  docker_image_build: [{ base: { name: 'a', path: '@/build' }, dry: true }],
  docker_image_pull: [{ base: { name: 'a' }, dry: true }],
  docker_network: [{ base: { name: 'a', labels: { a: 'b' } }, dry: true }],
  docker_volume: [{ base: { name: 'a', labels: { a: 'b' } }, dry: true }],
  dpkg_divert: [{ base: { path: '@/plain', divert: '@/other', holder: 'rb', rename: true }, dry: true }],
  dpkg_selections: [{ base: { name: 'dpkg', selection: 'hold' }, dry: true }],
  fail: [{ base: { msg: 'x' } }],
  fetch: [{ base: { src: '@/plain', dest: '@/fetched', flat: true } }],
  file: [
    { base: { path: '@/made', state: 'directory' }, skip: ['src'] },
    { base: { path: '@/link', state: 'link', src: 'x', force: true } },
  ],
  filesystem: [{ base: { dev: '@/plain', fstype: 'ext4', opts: '-L x' }, dry: true }],
  find: [{ base: { paths: '@', patterns: '*' } }],
  firewalld: [
    { base: { service: 'ssh', zone: 'public', state: 'enabled' }, skip: FIREWALLD, dry: true },
    ...FIREWALLD.map((name) => ({
      base: { [name]: name === 'port' ? '1/tcp' : 'x', state: 'enabled' },
      skip: ['service', ...FIREWALLD].filter((other) => other !== name),
      dry: true as const,
    })),
  ],
  get_url: [{ base: { url: 'file:///etc/hostname', dest: '@/got' }, form: { url: 'file:///etc/%s' } }],
  getent: [{ base: { database: 'passwd', key: 'root', service: 'files', split: ':' } }],
  git: [
    {
      base: {
        repo: 'file:///nowhere',
        dest: '@/git',
        version: 'main',
        ssh_opts: '-4',
        key_file: '@/key',
        umask: '0022',
      },
      // The shell that git starts splits these words.
      code: ['ssh_opts'],
      form: { repo: 'file:///nowhere/%s' },
    },
  ],
  group: [{ base: { name: 'runbookgroup' } }],
  group_by: [{ base: { key: 'a' } }],
  hostname: [{ base: { name: 'a' }, dry: true }],
  htpasswd: [{ base: { ...FILE, name: 'a', password: 'b' }, code: ['validate'] }],
  // It reads files of the controller, and brings nothing to a shell.
  include_vars: [],
  ini_file: [
    {
      base: { ...FILE, section: 'a', option: 'b', value: 'c' },
      code: ['validate'],
      skip: ['values'],
    },
    { base: { ...FILE, section: 'a', option: 'b', values: ['c'] }, code: ['validate'], skip: ['value'] },
  ],
  iptables: [
    {
      base: {
        chain: 'INPUT',
        protocol: 'tcp',
        source: '192.0.2.1',
        destination: '192.0.2.2',
        destination_port: '1',
        source_port: '2',
        in_interface: 'eth0',
        out_interface: 'eth1',
        jump: 'LOG',
        log_prefix: 'x',
        log_level: 'info',
        comment: 'x',
        limit: '1/s',
        limit_burst: '2',
        match: ['conntrack'],
        ctstate: ['NEW'],
        tcp_flags: { flags: ['ALL'], flags_set: ['NONE'] },
      },
      skip: IPTABLES,
      dry: true,
    },
    ...IPTABLES.map((name) => ({
      base: { chain: 'INPUT', protocol: 'tcp', jump: name === 'gateway' ? 'TEE' : 'ACCEPT', [name]: 'x' },
      skip: [
        'source',
        'destination',
        'destination_port',
        'source_port',
        'in_interface',
        'out_interface',
        'log_prefix',
        'log_level',
        'comment',
        'limit',
        'limit_burst',
        'match',
        'ctstate',
        'tcp_flags',
        ...IPTABLES,
      ].filter((other) => other !== name),
      dry: true as const,
    })),
  ],
  kernel_module: [{ base: { name: 'br_netfilter', optional: true }, dry: true }],
  key_pair: [{ base: { ...PKI, beside: ['@/beside'] } }],
  known_hosts: [
    {
      base: {
        name: 'a',
        key: 'a ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBD5v5XaZiHrqVXBYcFvgTwQ7tPUUhKEUZ4OyFSeCgMK',
        path: '@/known',
      },
      form: { key: 'a ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBD5v5XaZiHrqVXBYcFvgTwQ7tPUUhKEUZ4OyFSeCgMK %s' },
    },
  ],
  kubeconfig: [
    {
      base: {
        path: '@/kubeconfig',
        cluster: 'a',
        server: 'https://a:6443',
        authority: 'x',
        user: 'a',
        certificate: 'x',
        key: 'x',
      },
    },
  ],
  kubernetes: [
    {
      base: {
        kubeconfig: '@/kubeconfig',
        context: 'a',
        namespace: 'b',
        api_version: 'v1',
        kind: 'ConfigMap',
        name: 'c',
        server_side_apply: { field_manager: 'd' },
        wait: true,
        wait_condition: { type: 'Ready', reason: 'e' },
      },
      // It has a few fixed words.
      skip: ['delete_options'],
      dry: true,
    },
    {
      base: { kubeconfig: '@/kubeconfig', definition: 'kind: ConfigMap\nmetadata: { name: a }' },
      form: { definition: "kind: ConfigMap\nmetadata: { name: a }\ndata: { 'a': %s }" },
      skip: ['src', 'template', 'server_side_apply', 'wait_condition', 'delete_options'],
      dry: true,
    },
  ],
  lineinfile: [{ base: { ...FILE, line: 'x' }, code: ['validate'] }],
  locale_gen: [{ base: { name: 'de_DE.UTF-8' }, dry: true }],
  lvg: [{ base: { vg: 'none', pvs: ['@/plain'] }, dry: true }],
  lvol: [
    { base: { vg: 'none', lv: 'a', size: '1G', opts: '--type linear' }, skip: ['pvs'], dry: true },
    { base: { vg: 'none', lv: 'a', size: '1G', pvs: ['@/plain'] }, skip: ['opts'], dry: true },
  ],
  mount: [{ base: { path: '@/mounted', src: 'tmpfs', fstype: 'tmpfs', state: 'present', fstab: '@/fstab' } }],
  move: [{ base: { src: '@/plain', dest: '@/moved' } }],
  mysql_db: [{ base: { name: 'a', ...MYSQL }, dry: true }],
  mysql_user: [
    {
      base: {
        name: 'a',
        password: 'b',
        priv: 'a.b:SELECT',
        tls_requires: { SUBJECT: 'c' },
        resource_limits: { MAX_USER_CONNECTIONS: 1 },
        ...MYSQL,
      },
      skip: ['plugin', 'plugin_hash_string', 'plugin_auth_string'],
      form: { priv: '%s.b:SELECT' },
      dry: true,
    },
    {
      base: { name: 'a', plugin: 'ed25519', plugin_auth_string: 'b', ...MYSQL },
      skip: ['password', 'priv', 'tls_requires', 'resource_limits'],
      dry: true,
    },
  ],
  npm: [
    { base: { name: 'a', path: '@/app', version: '1.0.0', registry: 'http://127.0.0.1:1' }, dry: true },
    { base: { path: '@/app', registry: 'http://127.0.0.1:1' }, skip: ['name', 'version'], dry: true },
  ],
  openssh_keypair: [{ base: { path: '@/pair', type: 'ed25519', comment: 'x' } }],
  package: [
    { base: { name: 'no-such-package-anywhere', default_release: 'stable' }, skip: ['deb'], dry: true },
    { base: { deb: '@/plain' }, skip: ['name', 'default_release'], dry: true },
  ],
  package_facts: [],
  pause: [{ base: { seconds: 0, prompt: 'x' } }],
  pip: [
    {
      base: {
        name: 'a',
        version: '1',
        virtualenv: '@/venv',
        virtualenv_command: 'python3 -m venv',
        virtualenv_python: 'python3',
        extra_args: '--no-index',
        chdir: '@',
        umask: '0022',
      },
      skip: ['requirements', 'executable'],
      form: { virtualenv_command: 'python3 -m venv %s' },
      dry: true,
    },
    {
      base: { requirements: '@/plain', executable: 'pip3' },
      skip: [
        'name',
        'version',
        'virtualenv',
        'virtualenv_command',
        'virtualenv_python',
        'extra_args',
        'chdir',
        'umask',
      ],
      dry: true,
    },
  ],
  postgresql_db: [{ base: { name: 'a', owner: 'b', ...POSTGRES }, dry: true }],
  postgresql_ext: [{ base: { name: 'a', ...OF_DATABASE }, dry: true }],
  postgresql_privs: [
    { base: { roles: 'a', privs: 'ALL', objs: 'b', ...OF_DATABASE }, skip: ['target_roles'], dry: true },
  ],
  postgresql_user: [
    {
      base: { name: 'a', password: 'b', expires: 'infinity', configuration: { work_mem: '1MB' }, ...OF_DATABASE },
      dry: true,
    },
  ],
  query: [
    { base: { cmd: 'true' }, code: ['cmd'], skip: ['argv'] },
    { base: { argv: ['printf', '%s'] }, skip: ['cmd'] },
  ],
  random_key: [{ base: { path: '@/random' } }],
  reboot: [{ base: { msg: 'x' }, dry: true }],
  replace: [{ base: { path: '@/plain', regexp: 'a', replace: 'b' }, code: ['validate'] }],
  script: [{ base: { cmd: 'args.sh' }, form: { cmd: 'args.sh %s' } }],
  seboolean: [{ base: { name: 'rb_none', state: true }, dry: true }],
  sefcontext: [
    { base: { target: '/rb', setype: 'a_t', seuser: 'b', selevel: 's0' }, skip: ['substitute'], dry: true },
    { base: { target: '/rb', substitute: '/rc' }, skip: ['setype', 'seuser', 'selevel'], dry: true },
  ],
  selinux: [{ base: { state: 'permissive' }, dry: true }],
  service: [{ base: { name: 'a' }, dry: true }],
  service_facts: [],
  set_fact: [{ base: { fact: 'x' } }],
  // It has no arguments.
  setup: [{ base: { fact_path: '@' } }],
  shell: [{ base: { cmd: 'true' }, code: ['cmd'] }],
  slurp: [{ base: { src: '@/plain' } }],
  stat: [{ base: { path: '@/plain' } }],
  // The only argument has fixed words.
  swap: [],
  sysctl: [
    { base: { name: 'net.core.somaxconn', value: '1', reload: false, sysctl_file: '@/sysctl.conf' }, skip: ['values'] },
    { base: { values: { 'net.core.somaxconn': '1' }, reload: false }, skip: ['name', 'value'] },
  ],
  systemd: [{ base: { name: 'a' }, dry: true }],
  tempfile: [{ base: { path: '@' } }],
  template: [{ base: { src: 'plain.hbs', dest: '@/written' }, code: ['validate'] }],
  timezone: [{ base: { name: 'Etc/UTC' }, dry: true }],
  ufw: [
    {
      base: {
        rule: 'allow',
        from_ip: '192.0.2.1',
        from_port: '1',
        to_ip: '192.0.2.2',
        to_port: '2',
        interface: 'eth0',
        direction: 'in',
        comment: 'x',
      },
      skip: ['interface_in', 'interface_out', 'name'],
      dry: true,
    },
    {
      base: { rule: 'allow', name: 'OpenSSH', interface_in: 'eth0' },
      skip: ['interface', 'interface_out', 'from_ip', 'from_port', 'to_ip', 'to_port', 'comment'],
      dry: true,
    },
    {
      base: { rule: 'allow', interface_out: 'eth0' },
      skip: ['interface', 'interface_in', 'name', 'from_ip', 'from_port', 'to_ip', 'to_port', 'comment'],
      dry: true,
    },
  ],
  unarchive: [{ base: { src: 'plain.tar', dest: '@' } }],
  uri: [{ base: { url: 'http://127.0.0.1:1/x', method: 'POST', body: 'x' }, form: { url: 'http://127.0.0.1:1/%s' } }],
  user: [{ base: { name: 'runbookuser', create_home: false } }],
  wait_for: [
    { base: { path: '@/plain', timeout: 1 }, skip: ['path'] },
    { base: { path: '@/none', state: 'absent', timeout: 1 } },
  ],
  // The only arguments are two numbers.
  wait_for_connection: [],
  yum_repository: [{ base: { name: 'x', baseurl: 'http://example.invalid/', file: 'x' } }],
};
