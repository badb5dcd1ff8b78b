/** A file of tasks before and after the conversion. */
export interface Row {
  readonly what: string;
  readonly before: string;
  readonly after: string;
  /** Other files of the role. */
  readonly beside?: Readonly<Record<string, string>>;
}

export const TASKS: readonly Row[] = [
  {
    what: 'an included role runs each time',
    before:
      '- include_role: { name: a, allow_duplicates: yes }\n- import_role:\n    name: a\n    allow_duplicates: false\n',
    after:
      '- include_role: { name: a }\n- import_role:\n    name: a\n    # convert: by hand: allow_duplicates: A role runs each time that a task includes or imports it. If it may run only once, name it once, or list it in roles:.\n    allow_duplicates: false\n',
  },
  {
    what: 'keys of apt become files that apt reads',
    before:
      '- apt_key: url=https://a.org/x/Release.key state=present\n- ansible.builtin.apt_key:\n    id: E158C569\n    data: "{{ item }}"\n  with_file: a.key\n- apt_key:\n    url: "{{ repo_key }}"\n    id: "{{ repo_id }}"\n  when: a is defined\n',
    after:
      '%K\n- get_url:\n    dest: /etc/apt/trusted.gpg.d/a-org-x-release.asc\n    mode: "0644"\n    url: https://a.org/x/Release.key\n%K\n- copy:\n    dest: /etc/apt/trusted.gpg.d/e158c569.asc\n    mode: "0644"\n    content: "{{ item }}"\n  with_file: a.key\n%K\n- get_url:\n    dest: /etc/apt/trusted.gpg.d/repo-key.asc\n    mode: "0644"\n    url: "{{ repo_key }}"\n  when: defined(a)\n'.replaceAll(
        '%K',
        '# convert: assumed that the key is text (ASCII armor). Each repository trusts it: signed_by of deb822_repository is narrower',
      ),
  },
  {
    what: 'other keys of apt are left',
    before:
      '- apt_key: keyserver=a.org id=7BD9BF62\n- apt_key:\n    url: "{{ item }}"\n    state: present\n  loop: "{{ xs }}"\n- apt_key: { url: "https://a.org/b", state: absent }\n',
    after:
      '%K\n- apt_key:\n    keyserver: a.org\n    id: "7BD9BF62"\n%K\n- apt_key:\n    url: "{{ item }}"\n    state: present\n  loop: "{{ xs }}"\n%K\n- apt_key: { url: "https://a.org/b", state: absent }\n'.replaceAll(
        '%K',
        '# convert: by hand: there is no module apt_key. Download the key by get_url into /etc/apt/keyrings, and name its file in apt_repository: signed-by, or in deb822_repository: signed_by.',
      ),
  },
  {
    what: 'arguments in one text that have another form here',
    before:
      '- unarchive: src=/a.tgz dest=/b copy=no\n- unarchive: src=/a.tgz dest=/b copy=yes\n- get_url: url=https://a/b dest=/b sha256sum={{ c }}\n- shell: a | b executable=bash\n',
    after:
      '- unarchive:\n    src: /a.tgz\n    dest: /b\n    remote_src: true\n- unarchive:\n    src: /a.tgz\n    dest: /b\n- get_url:\n    url: https://a/b\n    dest: /b\n    checksum: "sha256:{{ c }}"\n- shell:\n    cmd: a | b\n    # convert: assumed that bash is /bin/bash on the hosts\n    executable: /bin/bash\n',
  },
  {
    what: 'diversions of a project with other defaults',
    before:
      '- debops.debops.dpkg_divert:\n    path: /etc/a\n- debops.debops.dpkg_divert:\n    path: "{{ item | lower }}"\n    package: b\n    delete: "{{ d }}"\n    state: absent\n- debops.debops.dpkg_divert: { path: /etc/a, divert: /etc/b, rename: no, delete: no }\n',
    after:
      '- dpkg_divert:\n    path: /etc/a\n    rename: true\n    divert: /etc/a.dpkg-divert\n- dpkg_divert:\n    path: "{{lower item}}"\n    holder: b\n    # convert: assumed that no file is where a new diversion leads to\n    force: "{{ d }}"\n    state: absent\n    rename: true\n    divert: "{{lower item}}.distrib"\n- dpkg_divert: { path: /etc/a, divert: /etc/b, rename: false }\n',
  },
  {
    what: 'packages of chosen repositories, and a package manager that is named',
    before:
      '- yum: name=a enablerepo=epel state=latest disable_gpg_check=yes use=yum\n- package:\n    name: a\n    use: dnf\n- package:\n    name: a\n    use: "{{ x | ternary(\'y\', omit) }}"\n',
    after:
      '- package:\n    name: a\n    enablerepo: epel\n    state: latest\n    disable_gpg_check: true\n- package:\n    name: a\n- package:\n    name: a\n    # convert: assumed that use of package can be left out: the package manager of the host is used\n',
  },
  {
    what: 'modules for systems that are not here',
    before:
      '- community.general.pacman:\n    name: a\n    state: present\n  when: x\n- name: n\n  pkgng: name={{ a | b }} state=absent\n  register: r\n- { homebrew: { name: a } }\n- ansible.windows.win_copy:\n    src: a\n',
    after:
      '# convert: assumed that no host runs Arch Linux, which has no support here\n- fail:\n    msg: pacman is for hosts with Arch Linux\n  when: truthy(x)\n- name: n\n  # convert: assumed that no host runs FreeBSD, which has no support here\n  fail:\n    msg: pkgng is for hosts with FreeBSD\n  register: r\n# convert: assumed that no host runs macOS, which has no support here\n- { fail: {msg: homebrew is for hosts with macOS} }\n# convert: assumed that no host runs Windows, which has no support here\n- fail:\n    msg: ansible.windows.win_copy is for hosts with Windows\n',
  },
  {
    what: 'keywords that an include does not hand down',
    before:
      '- include_tasks: a.yml\n  no_log: yes\n- include_role:\n    name: a\n  ignore_errors: true\n  when: b is defined\n',
    after: '- include_tasks: a.yml\n  %K\n- include_role:\n    name: a\n  %I\n  when: defined(b)\n'
      .replace(
        '%K',
        '# convert: assumed that no_log is not meant for the tasks in the include: Ansible does not hand it down. For these, write it under apply:',
      )
      .replace(
        '%I',
        '# convert: assumed that ignore_errors is not meant for the tasks in the include: Ansible does not hand it down. For these, write it under apply:',
      ),
  },
  {
    what: 'arguments in one text become a map',
    before: `- file: path=/srv/{{ x }} state=directory mode=0755 owner="{{ o | default('root') }}"  # here\n`,
    after: `- file:\n    path: /srv/{{ x }}\n    state: directory\n    mode: "0755"\n    owner: "{{default o 'root'}}"  # here\n`,
  },
  {
    what: 'so do those of a command',
    before: '- command: make install creates=/usr/bin/x chdir={{ d }} warn=no\n',
    after: '- command:\n    cmd: make install\n    creates: /usr/bin/x\n    chdir: "{{ d }}"\n',
  },
  {
    what: 'a pair that is part of the command stays',
    before: '- shell: dd if=/dev/zero of=/x\n',
    after: '- shell: dd if=/dev/zero of=/x\n',
  },
  {
    what: 'in a flow map they stay in one line',
    before: '- { name: a, file: path=/a state=touch, when: b is defined }\n',
    after: '- { name: a, file: {path: /a, state: touch}, when: defined(b) }\n',
  },
  {
    what: 'names of collections go, and modules get the name that they have here',
    before:
      '- ansible.builtin.apt:\n    name: x\n- ansible.posix.sysctl: { name: net.a.b, value: "1" }\n- community.general.modprobe:\n    name: br\n',
    after:
      '- package:\n    name: x\n- sysctl: { name: net.a.b, value: "1" }\n- kernel_module:\n    name: br\n    persistent: false\n',
  },
  {
    what: 'a module that there is not is marked, and the rest of its task converted',
    before: '- community.libvirt.virt:\n    name: "{{ a | lower }}"\n  when: b is defined\n',
    after:
      '# convert: by hand: there is no module community.libvirt.virt. `runbook docs` lists the modules.\n- community.libvirt.virt:\n    name: "{{lower a}}"\n  when: defined(b)\n',
  },
  {
    what: 'hosts that a task adds keep their variables',
    before: "- add_host: hostname={{ item }} groups=a,b ansible_host={{ ip | default('10.0.0.7') }} rank=1\n",
    after:
      '- add_host:\n    hostname: "{{ item }}"\n    groups: a,b\n    ansible_host: "{{default ip \'10.0.0.7\'}}"\n    rank: "1"\n',
  },
  {
    what: 'a folder that is sent is copied, with what copy leaves out said',
    before:
      "- ansible.posix.synchronize:\n    src: '{{ a }}/'\n    dest: /srv/www\n    delete: yes\n    compress: no\n    mode: push\n  become: yes\n",
    after:
      "# convert: assumed that the files need not have the owner, group and times of src\n# convert: assumed that src has no links, which copy follows\n- copy:\n    src: '{{ a }}/'\n    dest: /srv/www\n    mode: preserve\n    delete: true\n  become: true\n",
  },
  {
    what: 'on the host it is copied there',
    before:
      '- synchronize:\n    src: /a/\n    dest: /b\n    owner: false\n    group: false\n    times: false\n    copy_links: yes\n    perms: no\n  delegate_to: "{{ inventory_hostname }}"\n',
    after: '- copy:\n    src: /a/\n    dest: /b\n    remote_src: true\n',
  },
  {
    what: 'what rsync alone can do is left by hand',
    before: '- synchronize:\n    src: a\n    dest: /b\n    rsync_opts: [--exclude=.git]\n',
    after:
      '# convert: by hand: there is no module synchronize. Write copy: {src: FOLDER/, dest: /path, mode: preserve, delete: true} to send a folder to the host, remote_src: true in it for a folder of the host, and fetch to bring a file from the host.\n- synchronize:\n    src: a\n    dest: /b\n    rsync_opts: [--exclude=.git]\n',
  },
  {
    what: 'booleans and modes',
    before:
      '- copy:\n    src: a\n    dest: /a\n    mode: 0644\n    force: "no"\n    backup: yes\n  become: yes\n  no_log: "True"\n',
    after:
      '- copy:\n    src: a\n    dest: /a\n    mode: "0644"\n    force: false\n    backup: true\n  become: true\n  no_log: true\n',
  },
  {
    what: 'a mode without its zero is taken for octal, and said so',
    before: '- file:\n    path: /a\n    mode: 755\n',
    after:
      '- file:\n    path: /a\n    # convert: assumed mode: 0755, and not the decimal number 755\n    mode: "0755"\n',
  },
  {
    what: 'a number whose digits are the text stays',
    before: '- lineinfile:\n    path: /a\n    line: 5\n',
    after: '- lineinfile:\n    path: /a\n    line: 5\n',
  },
  {
    what: 'arguments without effect go',
    before:
      '- group:\n    name: a\n    local: yes\n- shell: echo a\n  args:\n    executable: /bin/bash\n    warn: false\n',
    after: '- group:\n    name: a\n- shell: echo a\n  args:\n    executable: /bin/bash\n',
  },
  {
    what: 'an argument that there is not is marked',
    before: '- find:\n    paths: /a\n    no_such: yes\n',
    after:
      '- find:\n    paths: /a\n    # convert: by hand: find has no argument no_such. `runbook docs find` lists the arguments.\n    no_such: true\n',
  },
  {
    what: 'conditions, alone and in a list',
    before:
      '- debug: {}\n  when: r is failed and not x is defined\n- debug: {}\n  when:\n    - ansible_distribution in ["Debian", "Ubuntu"]\n    - not ansible_check_mode\n- debug: {}\n  when: not ansible_check_mode\n',
    after:
      '- debug: {}\n  when: r.failed && !defined(x)\n- debug: {}\n  when:\n    - facts.os.distribution in ["debian", "ubuntu"]\n- debug: {}\n',
  },
  {
    what: 'the filter bool of a value of any type',
    before: '- debug: {}\n  when: enabled | bool\n',
    after: '- debug: {}\n  when: toBool(enabled)\n',
  },
  {
    what: 'a condition of several lines',
    before: '- debug: {}\n  when: >-\n    a is defined and\n    b is defined\n',
    after: '- debug: {}\n  when: >-\n    defined(a) && defined(b)\n',
  },
  {
    what: 'with_items, with_list, with_dict, with_sequence and with_inventory_hostnames',
    before:
      '- debug: {}\n  with_items: "{{ xs }}"\n- debug: {}\n  with_items:\n    - a\n    - "{{ b | lower }}"\n- debug: {}\n  with_list: "{{ xs }}"\n- debug: {}\n  with_dict: "{{ m }}"\n- debug: {}\n  with_sequence: start=2 end=6 stride=2 format=web%02d\n- debug: {}\n  with_inventory_hostnames: web\n',
    after:
      '- debug: {}\n  loop: "{{ xs }}"\n- debug: {}\n  loop:\n    - a\n    - "{{lower b}}"\n- debug: {}\n  loop: "{{ xs }}"\n- debug: {}\n  loop: "m.dict2items()"\n- debug: {}\n  loop: ["web02", "web04", "web06"]\n- debug: {}\n  loop: groups.web\n',
  },
  {
    what: 'an item of with_items that may be a list is flattened',
    before:
      '- debug: {}\n  with_items: [a, "{{ b | default([]) }}"]\n- debug: {}\n  with_items: [a, "{{ c | first }}"]\n- debug: {}\n  with_items: ["{{ d | combine(e) }}"]\n',
    after:
      '- debug: {}\n  loop: "[\'a\', default(b, [])].flatten(1, false)"\n- debug: {}\n  loop: "[\'a\', c[0]].flatten(1, false)"\n- debug: {}\n  loop: ["{{merge d e}}"]\n',
  },
  {
    what: 'lists within with_items become one list, as Ansible does it',
    before:
      '- debug: {}\n  with_items:\n    - "{{ xs }}"\n    - "{{ ys }}"\n- debug: {}\n  with_items:\n    - "{{ xs }}"\n',
    after: '- debug: {}\n  loop: xs + ys\n- debug: {}\n  loop: "{{ xs }}"\n',
    beside: { 'defaults/main.yml': 'xs: [a]\nys: [b]\n' },
  },
  {
    what: 'loops over several lists, and over a map in its place, are expressions',
    before:
      '- debug: {}\n  with_nested:\n    - "{{ xs }}"\n    - [1, b]\n- debug: {}\n  with_flattened:\n    - "{{ xs }}"\n    - ys\n- debug: {}\n  with_dict: { a: { b: yes }, "c d": "{{ e }}/f" }\n- debug: {}\n  with_items:\n    - "{{ z }}"\n- debug: {}\n  with_items: "{{ r.results | map(attribute=\'files\') | list }}"\n- debug: {}\n  with_items: "{{ t }}"\n',
    after:
      "- debug: {}\n  loop: xs.product([1, 'b'])\n- debug: {}\n  loop: \"[xs, 'ys'].flatten()\"\n- debug: {}\n  loop: \"{'a': {'b': true}, 'c d': string(e) + '/f'}.dict2items()\"\n- debug: {}\n  loop: \"[z].flatten(1, false)\"\n- debug: {}\n  loop: \"r.results.map(i, i.files).flatten(1, false)\"\n- debug: {}\n  loop: [\"{{ t }}\"]\n",
    beside: { 'defaults/main.yml': 't: text\n' },
  },
  {
    what: 'loops over files of the controller become expressions',
    before:
      '- debug: {}\n  with_fileglob: "*.conf"\n- debug: {}\n  with_fileglob:\n    - "*.conf"\n    - "*.pub"\n- debug: {}\n  with_first_found:\n    - "{{ ansible_os_family }}.yml"\n    - other.yml\n',
    after:
      "- debug: {}\n  loop: fileglob('*.conf')\n- debug: {}\n  loop: fileglob('*.conf') + fileglob('*.pub')\n- debug: {}\n  loop: \"[firstFound([ansible_os_family + '.yml', 'other.yml'])]\"\n",
  },
  {
    what: 'a loop without a counterpart is marked',
    before: '- debug: {}\n  with_filetree: dir/\n',
    after:
      '- debug: {}\n  # convert: by hand: with_filetree: Write copy: {src: DIR/, dest: …}, which sends the whole folder.\n  with_filetree: dir/\n',
  },
  {
    what: 'a command that only reads is a query',
    before: '- command: getent passwd {{ name }}\n  changed_when: false\n  check_mode: no\n',
    after: '- command: getent passwd {{ name }}\n  changed_when: false\n  check_mode: false\n',
  },
  {
    what: 'a shell text that runs with --check too is a query',
    before: '- shell: cat /etc/a | grep b\n  register: a\n  changed_when: false\n  check_mode: no\n',
    after: '- query: cat /etc/a | grep b\n  register: a\n',
  },
  {
    what: 'check_mode that has an effect here stays',
    before:
      '- copy: { src: a, dest: /b }\n  check_mode: yes\n- template: { src: a, dest: /b }\n  check_mode: no\n- block:\n    - command: "true"\n  check_mode: no\n- debug: {}\n  check_mode: "{{ ansible_check_mode }}"\n- debug: {}\n  when: ansible_check_mode and a is defined\n',
    after:
      '- copy: { src: a, dest: /b }\n  check_mode: true\n- template: { src: a, dest: /b }\n- block:\n    - command: "true"\n  check_mode: false\n- debug: {}\n- debug: {}\n  when: planning && defined(a)\n',
  },
  {
    what: 'local_action, and connection: local',
    before:
      '- local_action: command echo {{ a }}\n- local_action:\n    module: copy\n    src: a\n    dest: /b\n- command: id\n  connection: local\n- command: id\n  delegate_to: 127.0.0.1\n',
    after:
      '- command: echo {{ a }}\n  delegate_to: localhost\n- copy:\n    src: a\n    dest: /b\n  delegate_to: localhost\n- command: id\n  delegate_to: localhost\n- command: id\n  delegate_to: localhost\n',
  },
  {
    what: 'include by what it does',
    before: '- include: a.yml\n- include: "{{ b }}.yml"\n- import_role:\n    role: c\n- include_role: name=d\n',
    after:
      '- import_tasks: a.yml\n- include_tasks: "{{ b }}.yml"\n- import_role:\n    name: c\n- include_role: {name: d}\n',
  },
  {
    what: 'gathering facts and meta actions that there is no need of go, with their lines',
    before: '- setup:\n\n# the next one\n- meta: reset_connection\n- debug: {}\n',
    after: '\n# the next one\n- debug: {}\n',
  },
  { what: 'a list that would be empty holds a task that does nothing', before: '- ping:\n', after: '- meta: noop\n' },
  {
    what: 'async with poll is a time limit',
    before:
      '- command: long\n  async: 300\n  poll: 10\n- command: long\n  async: "{{ (limit | int) + 60 }}"\n  poll: "10"\n- command: longer\n  async: 300\n  poll: 0\n',
    after:
      '- command: long\n  timeout: 300\n- command: long\n  timeout: "{{add (to_int limit) 60}}"\n- command: longer\n  # convert: by hand: async: Leave poll out: async is the time limit then. To restart the host, write reboot:. For a program that goes on after the task, write command: systemd-run --unit=NAME PROGRAM, and later query: systemctl show --property=ActiveState,Result NAME.\n  async: 300\n  poll: 0\n',
  },
  {
    what: 'a block of lines that is one value ends where it did',
    before:
      "- set_fact:\n    a: >-\n      {{ b | default('c') }}\n    d: |\n      {{ b | lower }}\n\n  when: b is defined\n",
    after: "- set_fact:\n    a: >-\n      {{default b 'c'}}\n    d: |\n      {{lower b}}\n\n  when: defined(b)\n",
  },
  {
    what: 'what an include takes is written into it',
    before:
      '- name: A\n  include_tasks: a.yml\n  args:\n    apply:\n      become: yes\n  when: a is defined\n- include_role: name=b\n- include_role:\n    name: c\n  args: {apply: {tags: x}}\n',
    after:
      '- name: A\n  include_tasks:\n    file: a.yml\n    apply:\n      become: true\n  when: defined(a)\n- include_role: {name: b}\n- include_role:\n    name: c\n  # convert: by hand: args: Write it below include_role.\n  args: {apply: {tags: x}}\n',
  },
  {
    what: 'blocks, and what is in them',
    before: '- block:\n    - apt: name=a\n  rescue:\n    - debug: msg="{{ b | upper }}"\n  when: c is defined\n',
    after:
      '- block:\n    - package:\n        name: a\n  rescue:\n    - debug:\n        msg: "{{upper b}}"\n  when: defined(c)\n',
  },
  {
    what: 'texts of several lines keep their lines',
    before:
      '- copy:\n    dest: /a\n    content: |\n      one {{ a | lower }}\n\n        two\n- shell: >\n    echo {{ a |\n    upper }}\n    && true\n',
    after:
      '- copy:\n    dest: /a\n    content: |\n      one {{lower a}}\n\n        two\n- shell: >\n    echo {{upper a}}\n    && true\n',
  },
  {
    what: 'conditions of assert, and what debug shows',
    before: '- assert:\n    that:\n      - a is defined\n      - b == "x"\n- debug: var=a\n',
    after: '- assert:\n    that:\n      - defined(a)\n      - b == "x"\n- debug:\n    var: a\n',
  },
  {
    what: 'a value that the module refuses is marked with what to do',
    before: '- file:\n    path: ~/a\n    state: touch\n',
    after:
      '- file:\n    # convert: by hand: path of file must be an absolute path. Write {{facts.home}}/… for what lies in the home directory of the user who logs in.\n    path: ~/a\n    state: touch\n',
  },
  {
    what: 'an alias of what is left is marked too',
    before: '- debug: &a\n    what: x\n- debug: *a\n',
    after:
      '- debug: &a\n    # convert: by hand: debug has no argument what. `runbook docs debug` lists the arguments.\n    what: x\n# convert: by hand: *a repeats what has a mark at &a.\n- debug: *a\n',
  },
  {
    what: 'a pair that there is not has its mark in the map',
    before: '- file: path=/a dset=/b\n',
    after:
      '- file:\n    path: /a\n    # convert: by hand: file has no argument dset. `runbook docs file` lists the arguments.\n    dset: /b\n',
  },
  {
    what: 'a file that a template names is included, not imported',
    before: '- import_tasks: "{{ a }}.yml"\n',
    after:
      '# convert: assumed that tags and names of these tasks are not asked for before they are reached\n- include_tasks: "{{ a }}.yml"\n',
  },
  {
    what: 'what is written as it is here stays',
    before:
      '- debug: { msg: "{{groups.web.[0]}} {{default a 1}}" }\n  when: size(a) > 0 && defined(b)\n  until: int(b) < 3\n  failed_when: default(a, 1) == 1\n',
    after:
      '- debug: { msg: "{{groups.web.[0]}} {{default a 1}}" }\n  when: size(a) > 0 && defined(b)\n  until: int(b) < 3\n  failed_when: default(a, 1) == 1\n',
  },
  {
    what: 'omit is here too, and nothing within a text, where Ansible prints nothing for it',
    before:
      '- user:\n    name: a\n    state: "{{ b.state | default(omit) }}"\n    create_home: "{{ c | default(omit) }}"\n    comment: "a{{ d | default(omit) }}{{ omit }}"\n    groups: "{{ [e | default(omit)] }}"\n  become_user: "{{ f if g else omit }}"\n',
    after:
      '- user:\n    name: a\n    state: "{{default b.state omit}}"\n    create_home: "{{default c omit}}"\n    comment: \'a{{default d ""}}\'\n    groups: "{{list (default e omit)}}"\n  become_user: "{{ternary (truthy g) f omit}}"\n',
  },
  {
    what: 'values of pairs: words that mean the same, and what a module refuses',
    before: '- service: name=a state=running\n- apt: name=https://a/b.deb\n- template: src=x.j2 dest=/x\n',
    after:
      '- service:\n    name: a\n    state: started\n- package:\n    # convert: by hand: name of package must be the name of a package. Write deb: /path for a file of the host. get_url downloads it before.\n    name: https://a/b.deb\n- template:\n    # convert: by hand: templates/x.j2 is Jinja still: the report says what is left in it.\n    src: x.j2\n    dest: /x\n',
    beside: { 'templates/x.j2': '{{ a | zip_longest(b) }}\n' },
  },
  {
    what: 'a task before asks for what the lookup url gives',
    before:
      "- name: Latest\n  set_fact:\n    version: \"{{ (lookup('url', 'https://a.org/{{ repo }}/latest', headers=h, split_lines=False) | from_json).get('tag_name') | replace('v', '') }}\"\n  run_once: true\n  until: version is version('0.0.0', '>=')\n  retries: 10\n  tags: [a, b]\n  when:\n    - version == \"latest\"\n    - not skip | bool\n",
    after:
      '- name: Ask for what the next task needs\n  uri:\n    url: "https://a.org/{{ repo }}/latest"\n    headers: "{{ h }}"\n  register: asked_url\n  delegate_to: localhost\n  become: false\n  run_once: true\n  tags: [a, b]\n  retries: 10\n  when:\n    - version == "latest"\n    - "!toBool(skip)"\n\n- name: Latest\n  set_fact:\n    version: "{{replace (default (lookup (expr \'fromJson(asked_url.content)\') \'tag_name\') null) \'v\' \'\'}}"\n  run_once: true\n  until: version.version(\'0.0.0\', \'>=\')\n  retries: 10\n  tags: [a, b]\n  when:\n    - version == "latest"\n    - "!toBool(skip)"\n',
  },
  {
    what: 'the lines that the lookup url gives, as a list or with commas',
    before:
      "- get_url:\n    url: \"{{ u }}\"\n    dest: /a\n    checksum: \"sha256:{{ (lookup('url', sums, wantlist=true) | select('match', '.*x$') | first).split()[0] }}\"\n- set_fact:\n    a: \"{{ query('ansible.builtin.url', 'https://a.org') }}\"\n    b: \"{{ lookup('url', 'https://a.org') }}\"\n",
    after:
      '- name: Ask for what the next task needs\n  uri:\n    url: "{{ sums }}"\n  register: asked_url\n  delegate_to: localhost\n  become: false\n\n- get_url:\n    url: "{{ u }}"\n    dest: /a\n    # convert: assumed a text that is split is neither "", 0, false nor empty where it is there\n    checksum: \'sha256:{{lookup (split (trim (regex_replace (first (expr \'\'asked_url.content.regexReplace("\\\\r?\\\\n$", "").split("\\n").filter(i, i.matches("^.*x$"))\'\')) \'\'\\s+\'\' \'\' \'\')) \'\' \'\') 0}}\'\n- name: Ask for what the next task needs\n  uri:\n    url: "https://a.org"\n  register: asked_url\n  delegate_to: localhost\n  become: false\n\n- set_fact:\n    # convert: assumed a text that is split is neither "", 0, false nor empty where it is there\n    a: "{{split (regex_replace asked_url.content \\"\\\\r?\\\\n$\\" \\"\\") \\"\\n\\"}}"\n    # convert: assumed a text that is split is neither "", 0, false nor empty where it is there\n    b: "{{join (split (regex_replace asked_url.content \'\\\\r?\\\\n$\' \'\') \'\\n\') \',\'}}"\n',
  },
  {
    what: 'a lookup url in a loop, or with an option that uri does not have, is left',
    before:
      '- set_fact:\n    a: "{{ lookup(\'url\', item) }}"\n  loop: [x]\n- set_fact:\n    a: "{{ lookup(\'url\', b, use_netrc=false) }}"\n',
    after:
      '- set_fact:\n    # convert: by hand: the lookup url has no counterpart: Write uri: with delegate_to: localhost, and register the result.\n    a: "{{ lookup(\'url\', item) }}"\n  loop: [x]\n- set_fact:\n    # convert: by hand: the lookup url has no counterpart: Write uri: with delegate_to: localhost, and register the result.\n    a: "{{ lookup(\'url\', b, use_netrc=false) }}"\n',
  },
  {
    what: 'patterns and endings of template files get their new names',
    before:
      '- template:\n    src: "{{ item }}"\n    dest: /a/{{ item | basename | regex_replace(\'\\.j2$\', \'\') }}\n    mode: "0644"\n  with_fileglob:\n    - templates/x/*.j2\n    - templates/y.j2\n',
    after:
      "- template:\n    src: \"{{ item }}\"\n    dest: /a/{{regex_replace (basename item) '\\.hbs$' ''}}\n    mode: \"0644\"\n  loop: fileglob('templates/x/*.hbs') + fileglob('templates/y.hbs')\n",
    beside: { 'templates/x/a.j2': '{{ b }}\n', 'templates/y.j2': '{{ b }}\n' },
  },
  {
    what: 'a pattern that also means a template that is left is marked',
    before: '- template:\n    src: "{{ item }}"\n    dest: /a\n    mode: "0644"\n  with_fileglob: templates/x/*.j2\n',
    after:
      '- template:\n    src: "{{ item }}"\n    dest: /a\n    mode: "0644"\n  # convert: by hand: templates/x/b.j2 is Jinja still: the report says what is left in it.\n  loop: fileglob(\'templates/x/*.j2\')\n',
    beside: { 'templates/x/a.j2': '{{ b }}\n', 'templates/x/b.j2': '{{ b | nonsense }}\n' },
  },
  {
    what: 'template files that an expression of a loop reads get their new names, or marks',
    before:
      '- debug: {}\n  with_items: \'{{ lookup("template", "a.j2") | from_yaml }}\'\n- debug: {}\n  with_flattened:\n    - \'{{ lookup("template", "b.j2") | from_yaml }}\'\n- debug: {}\n  loop: \'{{ lookup("template", "a.j2") | from_yaml }}\'\n',
    after:
      '- debug: {}\n  loop: \'fromYaml(renderFile("a.hbs"))\'\n- debug: {}\n  # convert: by hand: templates/b.j2 is Jinja still: the report says what is left in it.\n  loop: \'[fromYaml(renderFile("b.j2"))].flatten()\'\n- debug: {}\n  loop: \'fromYaml(renderFile("a.hbs"))\'\n',
    beside: { 'templates/a.j2': '{{ b }}\n', 'templates/b.j2': '{{ b | nonsense }}\n' },
  },
  {
    what: 'a random delay differs between the hosts',
    before: '- command: x\n  retries: 4\n  delay: "{{ stagger | random + 3 }}"\n  until: false\n',
    after:
      '- command: x\n  retries: 4\n  delay: \'{{add (expr "random(stagger, inventory_hostname)") 3}}\'\n  until: false\n',
  },
  {
    what: 'the names of the first file of variables become the argument of include_vars',
    before:
      "- name: Load\n  ansible.builtin.include_vars: \"{{ lookup('first_found', params) }}\"\n  vars:\n    params:\n      files:\n        - '{{ansible_facts.distribution}}.yml'\n        - main.yml\n      paths:\n        - 'vars'\n  when: a is defined\n- include_vars: \"{{ lookup('first_found', params) }}\"\n  vars:\n    params:\n      files: [a.yml, b.yml]\n      paths: ['{{ playbook_dir }}/x/', /etc/y]\n- include_vars: \"{{ lookup('first_found', params) }}\"\n  vars: { params: { files: [a.yml], paths: [other] } }\n",
    after:
      '- name: Load\n  include_vars:\n    file:\n      - "{{ansible_facts.distribution}}.yml"\n      - main.yml\n  when: defined(a)\n- include_vars:\n    file:\n      - "{{ playbook_dir }}/x/a.yml"\n      - "{{ playbook_dir }}/x/b.yml"\n      - /etc/y/a.yml\n      - /etc/y/b.yml\n# convert: by hand: the lookup first_found has no counterpart: Write {{first_found (list "a" "b")}} in a template, or firstFound(["a", "b"]) in an expression.\n- include_vars: "{{ lookup(\'first_found\', params) }}"\n  vars: { params: { files: [a.yml], paths: [other] } }\n',
  },
  {
    what: 'the members of a list that json_query gives; other queries are left',
    before:
      '- debug:\n    msg: "{{ xs | json_query(\'[*].name\') | difference(ys) }}"\n- debug:\n    msg: "{{ xs | json_query(\'[?a]\') }}"\n',
    after:
      '- debug:\n    msg: "{{expr \'xs.filter(i, defined(i.name)).map(i, i.name).filter(i, !(i == null)).filter(i, !(i in ys))\'}}"\n- debug:\n    # convert: by hand: the filter json_query has no counterpart: Filter in an expression: xs.filter(x, x.a == 1).map(x, x.b).\n    msg: "{{ xs | json_query(\'[?a]\') }}"\n',
  },
  {
    what: 'an item that is left has its mark in the list',
    before: '- debug: {}\n  with_items:\n    - "{{ a | zip_longest(b) }}"\n',
    after:
      '- debug: {}\n  loop:\n    # convert: by hand: the filter zip_longest has no counterpart: Loop over the longer list with loop_control: {index_var: i}, and take the item i of the other list.\n    - "{{ a | zip_longest(b) }}"\n',
  },
  {
    what: 'each item that is left has a mark, and the others are converted',
    before:
      '- debug: {}\n  with_items:\n    - "{{ lookup(\'mongodb\', a) }}"\n    - "{{ b | upper }}"\n    - "{{ lookup(\'mongodb\', c) }}"\n',
    after:
      '- debug: {}\n  loop:\n    # convert: by hand: the lookup mongodb has no counterpart.\n    - "{{ lookup(\'mongodb\', a) }}"\n    - "{{upper b}}"\n    # convert: by hand: the lookup mongodb has no counterpart.\n    - "{{ lookup(\'mongodb\', c) }}"\n',
  },
  {
    what: 'two negations are none',
    before: '- debug: {}\n  when: not not(a.stdout)\n- debug: {}\n  when: not (not (b is defined and c is defined))\n',
    after: '- debug: {}\n  when: a.stdout != ""\n- debug: {}\n  when: defined(b) && defined(c)\n',
    beside: { 'tasks/b.yml': '- command: x\n  register: a\n' },
  },
  {
    what: 'what the loader would refuse is marked, with what the loader says of it',
    before:
      '- name: Ask somebody\n  pause:\n    prompt: Go on?\n- name: Wait\n  wait_for:\n    timeout: 3\n- debug: {}\n  tags: ["{{ a }}"]\n- name: All of it\n  when: a is defined\n  tags: "{{ b }}"\n  block:\n    - debug: {}\n',
    after:
      '# convert: by hand: pause: give seconds or minutes: pause does not ask anybody. Write pause: {minutes: 5}. For somebody to look in between, save a plan, or end the playbook here and go on with a second one.\n- name: Ask somebody\n  pause:\n    prompt: Go on?\n# convert: by hand: wait_for: give port or path. To wait for a time alone, write pause: {seconds: 30}.\n- name: Wait\n  wait_for:\n    timeout: 3\n# convert: by hand: A tag cannot contain a template. Write tags: [one, two].\n- debug: {}\n  tags: ["{{ a }}"]\n# convert: by hand: A tag cannot contain a template. Write tags: [one, two].\n- name: All of it\n  when: defined(a)\n  tags: "{{ b }}"\n  block:\n    - debug: {}\n',
  },
  {
    what: 'arguments that have another name or form here',
    before:
      '- unarchive: { src: /a.tgz, dest: /b, copy: no }\n- unarchive:\n    src: a.tgz\n    copy: yes\n    dest: /b\n- get_url:\n    url: https://a/b\n    dest: /b\n    sha256sum: "{{ c }}"\n- shell: a | b\n  args:\n    executable: bash\n',
    after:
      '- unarchive: { src: /a.tgz, dest: /b, remote_src: true }\n- unarchive:\n    src: a.tgz\n    dest: /b\n- get_url:\n    url: https://a/b\n    dest: /b\n    checksum: "sha256:{{ c }}"\n- shell: a | b\n  args:\n    # convert: assumed that bash is /bin/bash on the hosts\n    executable: /bin/bash\n',
  },
  {
    what: 'a question for the type of a value in Python',
    before: '- debug: {}\n  when: a | type_debug == "list" or b | type_debug != \'str\'\n',
    after: '- debug: {}\n  when: type(a) == list || !(type(b) == string)\n',
  },
  {
    what: 'a variable that is no text, for an argument that takes only text',
    before:
      '- lineinfile: { path: /a, line: "{{ number }}" }\n  vars: { number: 3, flag: yes, text: x }\n- lineinfile: { path: /a, line: "{{ flag }}" }\n- lineinfile: { path: /a, line: "{{ text }}" }\n',
    after:
      '- lineinfile: { path: /a, line: "{{ number }}" }\n  vars: { number: 3, flag: true, text: x }\n- lineinfile: { path: /a, line: "{{ternary flag \'True\' \'False\'}}" }\n- lineinfile: { path: /a, line: "{{ text }}" }\n',
  },
  {
    what: 'a condition of nothing is none',
    before: '- debug: {}\n  when:\n- name: x\n  when:\n  debug: {}\n',
    after: '- debug: {}\n- name: x\n  debug: {}\n',
  },
  {
    what: 'an argument without effect whose value is a template, and one that keeps services down',
    before:
      '- mysql_user:\n    name: a\n    force_context: "{{ b }}"\n    password: c\n- apt:\n    name: a\n    policy_rc_d: 101\n',
    after:
      '- mysql_user:\n    name: a\n    # convert: assumed that force_context of mysql_user can be left out: no database is used by the session\n    password: c\n- package:\n    name: a\n    start_units: false\n',
  },
  {
    what: 'what is printed for an argument of text in a pair too, and what may be left out',
    before:
      '- lineinfile: path=/a line="{{ number }}"\n  vars: { number: 3 }\n- get_url:\n    url: https://a/b\n    dest: /b\n    sha256sum: "{{ c | default(omit) }}"\n    checksum: "{{ d | default(omit) }}"\n',
    after:
      '- lineinfile:\n    path: /a\n    line: "{{ number }}"\n  vars: { number: 3 }\n- get_url:\n    url: https://a/b\n    dest: /b\n    # convert: by hand: get_url has no argument sha256sum. Write checksum: "sha256:…" with that digest.\n    sha256sum: "{{default c omit}}"\n    checksum: "{{default d omit}}"\n',
  },
];
