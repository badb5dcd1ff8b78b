import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { module as alternatives } from '../../engine/modules/alternatives.ts';
import type { AnyModule } from '../../engine/modules/base/module.ts';
import { module as capabilities } from '../../engine/modules/capabilities.ts';
import { module as debconf } from '../../engine/modules/debconf.ts';
import { module as divert } from '../../engine/modules/dpkg_divert.ts';
import { module as selections } from '../../engine/modules/dpkg_selections.ts';
import { module as firewalld } from '../../engine/modules/firewalld.ts';
import { module as iptables } from '../../engine/modules/iptables.ts';
import { module as ufw } from '../../engine/modules/ufw.ts';
import { predict } from '../../engine/resources/base/resource.ts';
import { file } from '../../engine/resources/file.ts';
import { ABSENT } from '../../engine/resources/file/file-state.ts';
import { packageRequest, packages } from '../../engine/resources/package.ts';
import { type SettingState, settingRequest, settings } from '../../engine/resources/setting.ts';
import { ABSENT_UNIT, unitRequest } from '../../engine/resources/unit.ts';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { SystemHost, contextOf, planWith, seenAs } from './system-host.ts';
import { mistakes, told } from './told.ts';

// Modules whose states are the answers of programs of the system.

const MODULES = {
  alternatives,
  capabilities,
  debconf,
  dpkg_divert: divert,
  dpkg_selections: selections,
  firewalld,
  iptables,
  ufw,
};

describe('arguments that do not fit together', () => {
  test.for([
    ['firewalld', { service: 'ssh', port: '1/tcp', state: 'enabled' }, 'port cannot be given together with service'],
    ['firewalld', { state: 'enabled' }, 'needs "zone"'],
    ['firewalld', { zone: 'x', state: 'enabled', permanent: true }, 'state must be present or absent for a zone'],
    ['firewalld', { service: 'ssh', state: 'present' }, 'state must be enabled or disabled for a setting'],
    ['firewalld', { zone: 'x', state: 'present' }, 'needs "permanent"'],
    [
      'firewalld',
      { service: 'ssh', state: 'enabled', timeout: 5, permanent: true },
      'timeout is for the running firewall alone',
    ],
    ['firewalld', { port: 80, state: 'enabled' }, 'port must be a port with its protocol, such as 8080/tcp'],
    ['firewalld', { port: '80', state: 'enabled' }, 'port must be a port with its protocol, such as 8080/tcp'],
    ['ufw', {}, 'give one of state, policy, rule, logging'],
    ['ufw', { rule: 'allow', direction: 'incoming' }, 'direction must be in or out for a rule'],
    ['ufw', { rule: 'allow', interface: 'eth0' }, 'needs "direction"'],
    ['ufw', { rule: 'allow', interface_in: 'a', interface_out: 'b' }, 'needs "route"'],
    [
      'ufw',
      { rule: 'allow', direction: 'in', interface_in: 'a' },
      'direction cannot be given together with interface_in',
    ],
    ['ufw', { rule: 'allow', to_port: '-f' }, 'to_port must not begin with a hyphen'],
    ['capabilities', { path: '/a', capability: 'cap_net_raw' }, 'capability needs flags'],
    ['capabilities', { path: '/a', capability: 'net_raw+ep' }, 'capability must be a capability with its flags'],
    ['alternatives', { name: 'editor' }, 'needs "path"'],
    ['alternatives', { name: '--help', path: '/a' }, 'name must be the name of a group of alternatives'],
    ['debconf', { name: 'a', question: 'a/b', vtype: 'string', value: 'x\na a/c string y' }, 'value must be one line'],
    ['dpkg_selections', { name: 'a b', selection: 'hold' }, 'name must be the name of a package'],
    ['dpkg_divert', { path: 'a' }, 'path must be an absolute path'],
    ['iptables', { jump: 'ACCEPT' }, 'needs "chain"'],
    ['iptables', { flush: true, policy: 'DROP', chain: 'INPUT' }, 'policy cannot be given together with flush'],
    ['iptables', { chain: 'INPUT', rule_num: 2, jump: 'DROP' }, 'rule_num needs action: insert'],
    ['iptables', { chain: '-F', jump: 'DROP' }, 'chain must be the name of a chain, such as INPUT'],
    ['iptables', { chain: 'INPUT', comment: 'a\nb' }, 'comment must be one line'],
  ] as readonly (readonly [keyof typeof MODULES, ValueMap, string])[])('%s %j', ([name, given, expected]) => {
    expect(mistakes(MODULES[name], given)).toContain(expected);
  });
});

const MISSING = { kind: 'missing' } as const;
const refused = (why: string): SettingState => ({ kind: 'refused', why });
const SSH = { chain: 'INPUT', protocol: 'tcp', destination_port: 22, jump: 'ACCEPT' };
const BY_ANSWER: readonly (readonly [AnyModule, ValueMap, SettingState, string, string])[] = [
  [
    iptables,
    SSH,
    MISSING,
    '',
    'this host has no iptables: Install it with a task before this one: package: { name: iptables }',
  ],
  [
    iptables,
    SSH,
    MISSING,
    'later',
    'iptables filter INPUT -p tcp -j ACCEPT --destination-port 22: not known before an earlier change → present',
  ],
  [
    iptables,
    SSH,
    refused('Permission denied (you must be root)'),
    '',
    'iptables does not answer for root: Permission denied (you must be root)',
  ],
  [
    firewalld,
    { service: 'ssh', state: 'enabled' },
    refused('FirewallD is not running'),
    '',
    'firewall-cmd does not answer for root: FirewallD is not running',
  ],
  [
    ufw,
    { state: 'enabled' },
    { kind: 'answer', text: 'enabled until the next boot' },
    '',
    'ufw state: enabled until the next boot → enabled',
  ],
  [ufw, { state: 'enabled' }, { kind: 'answer', text: 'enabled' }, 'later', 'cannot_know'],
  [ufw, { state: 'reset' }, MISSING, '', '$ ufw --force reset'],
  [
    debconf,
    { name: 'a', question: 'a/b', vtype: 'multiselect', value: ['x', 'y'] },
    { kind: 'answer', text: 'y, x' },
    '',
    'in_sync',
  ],
  [
    debconf,
    { name: 'a', question: 'a/b', vtype: 'password', value: 'p' },
    { kind: 'answer', text: 'sha256:0' },
    '',
    'debconf a a/b: another answer → hidden',
  ],
];

describe('the plan, by what the program says', () => {
  test.for(BY_ANSWER)('%s %j, %j %s', ([module, args, state, later, expected]) => {
    const requests = module.observes(module.arguments.parse(args), undefined, contextOf());
    const seen = seenAs(
      requests.map((one) => [one, state]),
      later === 'later' ? requests : [],
    );
    expect(told(planWith(module, args, seen))).toBe(expected);
  });

  test('a user who is not root may not change them, and a task without a rule has nothing to do', () => {
    const args = ufw.arguments.parse({ state: 'enabled' });
    const [request] = ufw.observes(args, undefined, contextOf());
    if (request === undefined) expect.fail('nothing is looked at');
    const seen = seenAs([[request, { kind: 'answer', text: 'disabled' }]]);
    const outcome = ufw.plan(args, undefined, seen, { ...contextOf({ user: 'ada', uid: 1000 }), user: 'ada' });
    expect(told(outcome)).toBe(
      'ada may not change the firewall of the host; only root may: Set become: true on the task.',
    );
    expect(told(iptables.plan(iptables.arguments.parse({ chain: 'X' }), undefined, seen, contextOf()))).toContain(
      'the task has no rule',
    );
  });
});

describe('what a change of something else does to an answer', () => {
  const answer = { kind: 'answer', text: 'present' } as const;
  const of = (id: string) => settingRequest(id, 'true');
  const zone = predict(of('firewalld permanent a'), { ...answer, beneath: 'disabled' });
  const anyPackage = predict(packageRequest('x', { candidate: false, versioned: false, declared: true }), {
    installed: true,
  });
  const undeclared = predict(packageRequest('x', { candidate: false, versioned: false, declared: false }), {
    installed: true,
  });
  const aFile = predict(file('/b/in'), ABSENT);
  const unit = predict(unitRequest('firewalld'), ABSENT_UNIT);
  test.for([
    [
      'a setting beneath the changed one',
      'firewalld permanent a service ssh',
      answer,
      zone,
      { kind: 'answer', text: 'disabled' },
    ],
    ['one with a longer name', 'firewalld permanent ab', answer, zone, answer],
    ['one above the changed one', 'firewalld permanent', answer, zone, 'stale'],
    ['one of another family', 'ufw state', answer, zone, undefined],
    ['an answer, after a package', 'ufw state', answer, anyPackage, undefined],
    ['a missing program, after a package', 'ufw state', { kind: 'missing' }, anyPackage, 'stale'],
    [
      'a setting of packages, after one with a list of its content',
      'alternative editor choice',
      answer,
      anyPackage,
      undefined,
    ],
    ['a setting of packages, after one without', 'alternative editor choice', answer, undeclared, 'stale'],
    ['what apt would do, after a package', 'apt dist-upgrade', answer, anyPackage, 'stale'],
    ['the selection of the package', 'selection x', answer, anyPackage, 'stale'],
    ['the selection of another package', 'selection y', answer, anyPackage, undefined],
    ['a folder, after a file in it', 'tree /a /b', answer, aFile, 'stale'],
    ['a key, after the folder above it', 'sshkey /b/in/it', answer, aFile, 'stale'],
    ['a folder, after a file elsewhere', 'tree /a/c /d', answer, aFile, undefined],
    ['the rules of ufw, after a file of it', 'ufw state', answer, predict(file('/etc/ufw/ufw.conf'), ABSENT), 'stale'],
    ['the firewall of a unit', 'firewalld running a', answer, unit, 'stale'],
    ['rules, after the unit of a firewall', 'iptables filter INPUT', answer, unit, 'stale'],
    ['a refusal, after any unit', 'ufw state', { kind: 'refused', why: 'x' }, unit, 'stale'],
  ] as const)('%s', ([, id, state, effect, expected]) => {
    expect(settings.after?.(state, id, effect)).toEqual(expected);
  });

  test('a selection decides whether a package is held', () => {
    const state = { installed: true, held: false };
    expect(packages.after?.(state, 'curl', predict(of('selection curl'), { kind: 'answer', text: 'hold' }))).toBe(
      'stale',
    );
    expect(packages.after?.(state, 'wget', predict(of('selection curl'), { kind: 'answer', text: 'hold' }))).toBe(
      undefined,
    );
  });
});

/** Prepares folders of dpkg, so that those of this machine stay. */
const OWN_DPKG = `for own in lib/dpkg cache/debconf; do
  mkdir -p "/var/spool/$own" && cp -a "/var/$own/." "/var/spool/$own/" && mount --bind "/var/spool/$own" "/var/$own" || exit
done
mkdir /home/d && cd /home/d && for i in a b 'c d' e; do echo hi >"$i"; done; echo old >e.distrib
mkdir /home/al && echo hi >/home/al/a && chown -R nobody /home/al`;

/** A task; the lines that its plan prints, if it is a change, and a command with what it prints then. */
type Step = readonly [args: object, told: string, command?: string, prints?: string];

const STORIES: Readonly<Record<string, readonly [AnyModule, readonly Step[]]>> = {
  'capabilities are added, changed and removed': [
    capabilities,
    [
      [{ path: '/home/d/none', capability: 'cap_chown', state: 'absent' }, 'in_sync'],
      [
        { path: '/home/d/none', capability: 'cap_chown+ep' },
        '/home/d/none is not a file that can have capabilities: Install the program before this task. For a link, name the file that it leads to.',
      ],
      [
        { path: '/home/d/c d', capability: 'cap_net_raw+pe' },
        '/home/d/c d capabilities: none → cap_net_raw=ep',
        "getcap '/home/d/c d'",
        '/home/d/c d cap_net_raw=ep',
      ],
      [{ path: '/home/d/c d', capability: 'CAP_NET_RAW=ep' }, 'in_sync'],
      [
        { path: '/home/d/c d', capability: 'cap_chown+ep' },
        '/home/d/c d capabilities: cap_net_raw=ep → cap_chown=ep cap_net_raw=ep',
      ],
      [
        { path: '/home/d/c d', capability: 'cap_net_raw', state: 'absent' },
        '/home/d/c d capabilities: cap_chown=ep cap_net_raw=ep → cap_chown=ep',
      ],
      [{ path: '/home/d/c d', capability: 'cap_chown+eip' }, '/home/d/c d capabilities: cap_chown=ep → cap_chown=eip'],
      [
        { path: '/home/d/c d', capability: 'cap_chown', state: 'absent' },
        '/home/d/c d capabilities: cap_chown=eip → none',
        "getcap '/home/d/c d'",
        '',
      ],
    ],
  ],
  'alternatives are added, chosen, and removed': [
    alternatives,
    [
      [
        { name: 'rb', path: '/home/d/a' },
        'there is no group of alternatives rb: Write the link of the new group: link: /usr/bin/rb.',
      ],
      [
        { name: 'rb', path: '/home/d/a', link: '/home/rb', priority: 10 },
        'alternative rb /home/d/a: absent → priority 10\nalternative rb choice:  → /home/d/a',
        'readlink -f /home/rb',
        '/home/d/a',
      ],
      [
        { name: 'rb', path: '/home/d/b', priority: 20, state: 'present' },
        'alternative rb /home/d/b: absent → priority 20',
        'readlink -f /home/rb',
        '/home/d/a',
      ],
      [{ name: 'rb', path: '/home/d/a' }, 'in_sync'],
      [{ name: 'rb', state: 'auto' }, 'alternative rb mode: manual → auto', 'readlink -f /home/rb', '/home/d/b'],
      [{ name: 'rb', path: '/home/d/b', priority: 5, state: 'present' }, 'alternative rb /home/d/b: 20 → priority 5'],
      [
        {
          name: 'rb',
          path: '/home/d/e',
          state: 'present',
          subcommands: [{ name: 'rb.1', path: '/home/d/a', link: '/home/rb.1' }],
        },
        'alternative rb /home/d/e: absent → priority 50, rb.1 /home/d/a',
        'readlink -f /home/rb.1',
        '/home/d/a',
      ],
      [
        { name: 'rb', path: '/home/d/none' },
        '/home/d/none does not exist, so it cannot be an alternative: Install it with a task before this one, or correct path.',
      ],
      [{ name: 'rb', path: '/home/d/none', state: 'absent' }, 'in_sync'],
      [{ name: 'rb', path: '/home/d/e', state: 'absent' }, 'alternative rb /home/d/e: 50 → absent'],
      [
        { name: 'rb2', path: '/home/d/a', link: '/home/al/rb2' },
        'another user can change the way to /home/al/rb2: other users can change names in /home/al, or above it: the task could be made to write elsewhere.',
      ],
    ],
  ],
  'packages are held and released': [
    selections,
    [
      [{ name: 'dpkg', selection: 'hold' }, 'package dpkg selection: install → hold', 'apt-mark showhold', 'dpkg'],
      [{ name: 'dpkg', selection: 'install' }, 'package dpkg selection: hold → install', 'apt-mark showhold', ''],
      [
        { name: 'rb-none', selection: 'hold' },
        'dpkg does not know rb-none, so it cannot keep a selection for it: Install it with a task before this one: package: { name: rb-none }',
      ],
    ],
  ],
  'questions are answered': [
    debconf,
    [
      [
        { name: 'rb', question: 'rb/name', vtype: 'string', value: "a b: 'c'" },
        "debconf rb rb/name: no such question yet → a b: 'c'",
        'debconf-show rb',
        "* rb/name: a b: 'c'",
      ],
      [{ name: 'rb', question: 'rb/name', vtype: 'string', value: '' }, "debconf rb rb/name: a b: 'c' → "],
      [
        { name: 'rb', question: 'rb/on', vtype: 'boolean', value: true },
        'debconf rb rb/on: no such question yet → true',
      ],
      [
        { name: 'rb', question: 'rb/many', vtype: 'multiselect', value: ['b', 'a'] },
        'debconf rb rb/many: no such question yet → b, a',
      ],
      [
        { name: 'rb', question: 'rb/word', vtype: 'password', value: 'not-a-word' },
        'debconf rb rb/word: no such question yet → hidden',
        'echo GET rb/word | debconf-communicate rb',
        '0 not-a-word',
      ],
    ],
  ],
  'files are diverted, moved, and moved back': [
    divert,
    [
      [
        { path: '/home/d/a' },
        '/home/d/a diversion: absent → /home/d/a.distrib by LOCAL',
        'ls /home/d',
        'a\nb\nc d\ne\ne.distrib',
      ],
      [
        { path: '/home/d/c d', rename: true, divert: '/home/d/x y', holder: 'bash' },
        '/home/d/c d diversion: absent → /home/d/x y by bash',
        'ls /home/d',
        'a\nb\ne\ne.distrib\nx y',
      ],
      [
        { path: '/home/d/a', divert: '/home/d/a2' },
        '/home/d/a diversion: /home/d/a.distrib by LOCAL → /home/d/a2 by LOCAL',
      ],
      [
        { path: '/home/d/e', rename: true },
        '/home/d/e cannot be moved to /home/d/e.distrib, as there is a file: Remove it with a task before this one; or set force: true, if it may be lost.',
      ],
      [
        { path: '/home/d/e', rename: true, force: true },
        '/home/d/e diversion: absent → /home/d/e.distrib by LOCAL',
        'cat /home/d/e.distrib',
        'hi',
      ],
      [
        { path: '/home/d/c d', rename: true, divert: '/home/d/x y', state: 'absent' },
        '/home/d/c d diversion: /home/d/x y by bash → absent',
        'ls /home/d',
        'a\nb\nc d\ne.distrib',
      ],
      [{ path: '/home/d/b', state: 'absent' }, 'in_sync'],
      [
        { path: '/home/al/a', rename: true, divert: '/home/d/a3' },
        'another user can change the way to /home/al/a: other users can change names in /home/al, or above it: the task could be made to write elsewhere.',
      ],
    ],
  ],
  'rules, policies and the state of ufw': [
    ufw,
    [
      [
        { rule: 'allow', to_port: 22, proto: 'tcp', comment: 'the way in' },
        "ufw rule allow from any to any port 22 proto tcp comment 'the way in': absent → present",
      ],
      [
        { rule: 'allow', to_port: 22, proto: 'tcp' },
        'ufw rule allow from any to any port 22 proto tcp: absent → present',
      ],
      [{ policy: 'reject' }, 'ufw policy incoming: deny → reject'],
      [{ policy: 'allow', direction: 'routed' }, 'ufw policy routed: deny → allow'],
      [{ logging: 'off' }, 'ufw logging: low → off'],
      [{ logging: 'on' }, 'ufw logging: off → on'],
      [
        { state: 'enabled' },
        'ufw state: disabled → enabled',
        'ufw status verbose | sed -n 1,3p',
        'Status: active\nLogging: on (low)\nDefault: reject (incoming), allow (outgoing), disabled (routed)',
      ],
      [
        { rule: 'deny', from_ip: '203.0.113.0/24', insert: 1 },
        'ufw rule deny from 203.0.113.0/24 to any: absent → present',
        'ufw status numbered | grep "^\\[ 1\\]"',
        '[ 1] Anywhere                   DENY IN     203.0.113.0/24',
      ],
      [
        { rule: 'deny', from_ip: '203.0.114.0/24', insert: 99 },
        'ufw rule deny from 203.0.114.0/24 to any: absent → present',
      ],
      [
        { rule: 'deny', from_ip: '203.0.114.0/24', delete: true },
        'ufw rule deny from 203.0.114.0/24 to any: present → absent',
      ],
      [{ rule: 'allow', to_port: 99, delete: true }, 'in_sync'],
      [
        { rule: 'allow', route: true, interface_in: 'eth0', interface_out: 'eth1' },
        'ufw rule route allow in on eth0 out on eth1 from any to any: absent → present',
      ],
      [
        { rule: 'allow', from_ip: '2001:db8::/32', to_port: 25 },
        'ufw rule allow from 2001:db8::/32 to any port 25: absent → present',
      ],
      [
        { rule: 'allow', to_port: '22,23' },
        "ufw does not answer for root: ERROR: Must specify 'tcp' or 'udp' with multiple ports",
      ],
      [
        { rule: 'allow', name: 'none' },
        "ufw does not answer for root: ERROR: Could not find a profile matching 'none'",
      ],
      [{ state: 'disabled' }, 'ufw state: enabled → disabled'],
    ],
  ],
  'rules of iptables': [
    iptables,
    [
      [
        {
          chain: 'INPUT',
          protocol: 'tcp',
          destination_port: 22,
          jump: 'ACCEPT',
          ctstate: ['NEW'],
          comment: "it's ssh",
        },
        "iptables filter INPUT -p tcp -j ACCEPT --destination-port 22 -m conntrack --ctstate NEW -m comment --comment 'it'\\''s ssh': absent → present",
      ],
      [
        { chain: 'INPUT', in_interface: 'lo', jump: 'ACCEPT', action: 'insert', ip_version: 'both' },
        'iptables filter INPUT -j ACCEPT -i lo: absent → present\nip6tables filter INPUT -j ACCEPT -i lo: absent → present',
        'iptables -S INPUT 1',
        '-A INPUT -i lo -j ACCEPT',
      ],
      [
        {
          chain: 'INPUT',
          protocol: 'udp',
          destination_ports: ['53', '123'],
          jump: 'DROP',
          action: 'insert',
          rule_num: 2,
        },
        'iptables filter INPUT -p udp -j DROP -m multiport --dports 53,123: absent → present',
        'iptables -S INPUT 2',
        '-A INPUT -p udp -m multiport --dports 53,123 -j DROP',
      ],
      [{ chain: 'OWN', chain_management: true }, 'iptables filter chain OWN: absent → present'],
      [{ chain: 'OWN', jump: 'RETURN' }, 'iptables filter OWN -j RETURN: absent → present'],
      [{ chain: 'FORWARD', jump: 'OWN' }, 'iptables filter FORWARD -j OWN: absent → present'],
      [
        { chain: 'FORWARD', policy: 'DROP' },
        'iptables filter policy of FORWARD: ACCEPT → DROP',
        'iptables -S FORWARD | sed 1q',
        '-P FORWARD DROP',
      ],
      [{ chain: 'FORWARD', flush: true }, 'iptables filter FORWARD rules: 1 → 0'],
      [{ chain: 'OWN', jump: 'RETURN', state: 'absent' }, 'iptables filter OWN -j RETURN: present → absent'],
      [{ chain: 'OWN', chain_management: true, state: 'absent' }, 'iptables filter chain OWN: present → absent'],
      [{ flush: true }, 'iptables filter rules: 3 → 0', 'iptables -S | grep -c -- -A; :', '0'],
    ],
  ],
};

/** Rules, and the lines by which iptables lists them. */
const LINES = [
  [{ chain: 'INPUT', source: '!10.0.0.0/8', jump: 'DROP' }, '-A INPUT ! -s 10.0.0.0/8 -j DROP'],
  [
    { chain: 'INPUT', limit: '5/minute', limit_burst: 9, log_prefix: 'in: ', log_level: 'info' },
    '-A INPUT -m limit --limit 5/min --limit-burst 9 -j LOG --log-prefix "in: " --log-level 6',
  ],
  [
    { chain: 'OUTPUT', uid_owner: 0, reject_with: 'icmp-port-unreachable' },
    '-A OUTPUT -m owner --uid-owner 0 -j REJECT --reject-with icmp-port-unreachable',
  ],
  [
    { chain: 'INPUT', protocol: 'icmp', icmp_type: 'echo-request', jump: 'ACCEPT' },
    '-A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT',
  ],
  [
    { chain: 'INPUT', protocol: 'tcp', syn: 'negate', jump: 'DROP' },
    '-A INPUT -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j DROP',
  ],
  [
    { chain: 'INPUT', protocol: 'tcp', tcp_flags: { flags: ['ALL'], flags_set: ['NONE'] }, jump: 'DROP' },
    '-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j DROP',
  ],
  [
    { chain: 'INPUT', src_range: '10.0.0.1-10.0.0.9', jump: 'ACCEPT' },
    '-A INPUT -m iprange --src-range 10.0.0.1-10.0.0.9 -j ACCEPT',
  ],
  [
    { chain: 'INPUT', match: ['state'], ctstate: 'RELATED,ESTABLISHED', jump: 'ACCEPT' },
    '-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT',
  ],
  [
    { table: 'nat', chain: 'PREROUTING', protocol: 'tcp', destination_port: 80, jump: 'REDIRECT', to_ports: 8080 },
    '-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080',
  ],
  [
    { table: 'nat', chain: 'POSTROUTING', out_interface: 'eth0', jump: 'SNAT', to_source: '192.0.2.1' },
    '-A POSTROUTING -o eth0 -j SNAT --to-source 192.0.2.1',
  ],
  [{ table: 'mangle', chain: 'OUTPUT', jump: 'DSCP', set_dscp_mark: 8 }, '-A OUTPUT -j DSCP --set-dscp 0x08'],
] as const;

describe.skipIf(SystemHost.missing !== undefined)('on a host', () => {
  let host: SystemHost;
  beforeAll(async () => {
    host = await SystemHost.start();
    const made = host.run(OWN_DPKG);
    expect(made.status, made.stderr.toString()).toBe(0);
  });
  afterAll(() => host.stop());

  test.each(Object.entries(STORIES))('%s', { timeout: 300_000 }, async (_, [module, steps]) => {
    // ufw leaves its chains behind.
    host.run('for p in iptables ip6tables; do $p -F; $p -X; done');
    for (const [args, expected, command, prints] of steps) {
      const { outcome, failure } = await host.apply(module, args);
      expect({ args, told: told(outcome), failure }).toEqual({ args, told: expected, failure: undefined });
      if (outcome.kind !== 'change') continue;
      expect({ args, certainty: outcome.certainty, again: told(host.plan(module, args)) }).toEqual({
        args,
        certainty: 'certain',
        again: 'in_sync',
      });
      if (command !== undefined) expect(host.run(command).stdout.toString().trim()).toBe(prints);
    }
  });

  test.for(LINES)('iptables: %j', async ([args, line]) => {
    expect(await host.apply(iptables, args)).toMatchObject({ outcome: { kind: 'change' }, failure: undefined });
    expect(host.plan(iptables, args).kind).toBe('in_sync');
    expect(
      host
        .run(`iptables -t ${'table' in args ? args.table : 'filter'} -S`)
        .stdout.toString()
        .split('\n'),
    ).toContain(line);
  });

  test('a rule that cannot be is told by the plan, and one for a chain of an earlier task is not', () => {
    const plan = (args: object): string => told(host.plan(iptables, args));
    expect(plan({ chain: 'INPUT', source: 'ten.invalid', jump: 'DROP' })).toContain(
      "host/network `ten.invalid' not found",
    );
    expect(plan({ chain: 'INPUT', destination_port: 1, jump: 'DROP' })).toContain(
      'unknown option "--destination-port"',
    );
    expect(plan({ chain: 'LATER', policy: 'DROP' })).toContain('LATER is no built-in chain');
    expect(plan({ chain: 'INPUT', jump: 'LATER' })).toBe('iptables filter INPUT -j LATER: absent → present');
  });
});
