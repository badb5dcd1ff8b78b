import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import type { LoginMethod, PinnedAlgorithms } from '../base/target.ts';

/** Options of ssh_config(5) for a host. The keys are their names in lower case, as `ssh -G` prints them. */
export type SshOptions = ReadonlyMap<string, readonly string[]>;

/** Options that are passed to ssh2 or applied by runbook. */
const KEPT =
  'addressfamily bindaddress canonicaldomains canonicalizefallbacklocal canonicalizehostname canonicalizemaxdots canonicalizepermittedcnames ' +
  'ciphers globalknownhostsfile hashknownhosts hostkeyalgorithms hostkeyalias hostname identitiesonly identityagent identityfile ' +
  'kbdinteractiveauthentication challengeresponseauthentication kexalgorithms macs passwordauthentication port preferredauthentications proxycommand proxyjump ' +
  'pubkeyauthentication stricthostkeychecking user userknownhostsfile';

/** Options without a meaning for runbook, each with the reason. */
const WITHOUT_EFFECT: readonly { readonly why: string; readonly names: string }[] = [
  {
    why: 'runbook keeps one connection to each host open during the run, and shares it with no other program.',
    names: 'controlmaster controlpath controlpersist forkafterauthentication',
  },
  {
    why: 'runbook forwards nothing. Open another connection beside the run, such as: ssh -N -R 3128:localhost:3128 HOST.',
    names:
      'clearallforwardings dynamicforward exitonforwardfailure gatewayports localforward permitremoteopen remoteforward streamlocalbindmask ' +
      'streamlocalbindunlink tunnel tunneldevice',
  },
  {
    why: 'The option is for people at a terminal.',
    names:
      'addkeystoagent batchmode enableescapecommandline escapechar fingerprinthash forwardx11 forwardx11timeout forwardx11trusted loglevel logverbose ' +
      'numberofpasswordprompts obscurekeystroketiming remotecommand requesttty sessiontype stdinnull syslogfacility usekeychain visualhostkey warnweakcrypto ' +
      'xauthlocation',
  },
  { why: 'A host that leaves three questions without an answer is lost.', names: 'serveralivecountmax tcpkeepalive' },
  { why: 'runbook does not compress, because it sends little.', names: 'compression' },
  { why: 'It tunes ssh, and runbook does its own tuning.', names: 'ipqos rekeylimit' },
];

/** Options that runbook has itself, on the command line and in the inventory. */
const OWN = 'connectionattempts connecttimeout serveraliveinterval';

/** Options that concern logins which only ssh supports, or the configuration files themselves. */
const PASSED_BY =
  'casignaturealgorithms enablesshkeysign gssapiauthentication gssapiclientidentity gssapidelegatecredentials gssapikexalgorithms ' +
  'gssapirenewalforcesrekey gssapiserveridentity gssapitrustdns host hostbasedacceptedalgorithms hostbasedauthentication hostbasedkeytypes ignoreunknown ' +
  'include tag updatehostkeys';

const IDLE = [...WITHOUT_EFFECT.map(({ names }) => names), OWN, PASSED_BY].join(' ');

/** Returns the reason why an option has no effect, by its name in lower case; undefined if it has one. */
export function whyIdle(name: string): string | undefined {
  return WITHOUT_EFFECT.find(({ names }) => names.split(' ').includes(name))?.why;
}

/** Options that only the system's ssh supports, and the values for which this is reported. */
const BEYOND: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['bindinterface', () => true],
  ['certificatefile', isSomething],
  ['checkhostip', (value) => value === 'yes'],
  ['gssapikeyexchange', (value) => value === 'yes'],
  ['knownhostscommand', isSomething],
  ['nohostauthenticationforlocalhost', (value) => value === 'yes'],
  ['pkcs11provider', isSomething],
  ['proxyusefdpass', (value) => value === 'yes'],
  ['requiredrsasize', () => true],
  ['revokedhostkeys', isSomething],
  ['securitykeyprovider', () => true],
  ['verifyhostkeydns', (value) => value !== 'false' && value !== 'no'],
]);

const QUIET: ReadonlySet<string> = new Set([...`${KEPT} ${IDLE}`.split(' '), ...BEYOND.keys()]);

/** The usual spelling of option names. Names that are not in the table are shown in lower case. */
const NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'BindInterface CertificateFile ChannelTimeout CheckHostIP Ciphers ForwardAgent GSSAPIKeyExchange HostKeyAlgorithms KexAlgorithms KnownHostsCommand LocalCommand MACs ' +
    'NoHostAuthenticationForLocalhost PKCS11Provider PermitLocalCommand PreferredAuthentications ProxyUseFdpass PubkeyAcceptedAlgorithms RequiredRSASize ' +
    'RevokedHostKeys SecurityKeyProvider SendEnv SetEnv VerifyHostKeyDNS'
  )
    .split(' ')
    .map((name) => [name.toLowerCase(), name]),
);

/** Options whose effect depends on another option that permits them. */
const WITH_PERMISSION: ReadonlyMap<string, string> = new Map([['localcommand', 'permitlocalcommand']]);

/** Variables that the configuration of every distribution sends. The scripts of runbook set their own values. */
const USUAL_VARIABLES = /^(?:LANG|LC_.*|COLORTERM|NO_COLOR)$/;

/** Returns why ssh2 does not support the configuration, one sentence per reason. */
export function beyondSsh2(options: SshOptions, usual: SshOptions): readonly string[] {
  const set = [...BEYOND].flatMap(([name, applies]) =>
    isSet(name, options, usual) && (options.get(name) ?? []).some(applies) ? [`${NAMES[name] ?? name} is set`] : [],
  );
  const lists = algorithmsBeyond(options, usual).map(
    (name) => `${NAMES[name] ?? name} is set to what ssh2 has none of`,
  );
  const keys = ['pubkeyacceptedalgorithms', 'pubkeyacceptedkeytypes'].filter((name) =>
    isNarrowed(name, options, usual),
  );
  const preferred = options.get('preferredauthentications')?.[0]?.split(',') ?? [];
  const [first] = preferred.filter((method) => isAllowed(method, options));
  const otherwise = first !== undefined && !isMethod(first) ? [`PreferredAuthentications begins with ${first}`] : [];
  return [...set, ...lists, ...keys.map((name) => `${NAMES[name] ?? name} is set`), ...otherwise];
}

/** Returns the options that are set and have no effect while ssh2 is the transport. */
export function notKept(options: SshOptions, usual: SshOptions): readonly string[] {
  return [...options].flatMap(([name, values]) => {
    if (
      QUIET.has(name) ||
      !isSet(name, options, usual) ||
      name.startsWith('pubkeyaccepted') ||
      name === 'permitlocalcommand'
    )
      return [];
    const permission = WITH_PERMISSION.get(name);
    if (permission !== undefined && options.get(permission)?.[0] !== 'yes') return [];
    if (name === 'sendenv' && values.flatMap((value) => value.split(' ')).every((value) => USUAL_VARIABLES.test(value)))
      return [];
    return [NAMES[name] ?? name];
  });
}

/** Returns the allowed login methods in their order; undefined if the configuration of ssh does not restrict them. */
export function allowedMethods(options: SshOptions): readonly LoginMethod[] | undefined {
  const preferred = options.get('preferredauthentications')?.[0]?.split(',').filter(isMethod);
  const methods = (preferred ?? METHODS).filter((method) => isAllowed(method, options));
  return preferred === undefined && methods.length === METHODS.length ? undefined : methods;
}

const METHODS: readonly LoginMethod[] = ['publickey', 'password', 'keyboard-interactive'];

function isMethod(name: string): name is LoginMethod {
  return METHODS.some((method) => method === name);
}

const SWITCHES: Readonly<Record<string, string>> = {
  publickey: 'pubkeyauthentication',
  password: 'passwordauthentication',
  'keyboard-interactive': 'kbdinteractiveauthentication',
  'gssapi-with-mic': 'gssapiauthentication',
  hostbased: 'hostbasedauthentication',
};

function isAllowed(method: string, options: SshOptions): boolean {
  const value = options.get(SWITCHES[method] ?? '')?.[0];
  return value !== 'no' && value !== 'false';
}

/**
 * The offered key exchanges. Group exchange is left out: it costs a round trip and primes, and has no advantage over
 * curve25519.
 */
export const USUAL_KEY_EXCHANGES: readonly KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group14-sha256',
];
/** The key exchanges that are offered by default or if the configuration of ssh names them. ssh2 has more. */
const KEY_EXCHANGES: readonly KexAlgorithm[] = [
  ...USUAL_KEY_EXCHANGES,
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group-exchange-sha256',
];
/** Types of host keys that ssh2 can verify, the best first. `ssh-rsa` with SHA-1 is left out. */
export const HOST_KEYS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const satisfies readonly ServerHostKeyAlgorithm[];
const CIPHERS: readonly CipherAlgorithm[] = [
  'chacha20-poly1305@openssh.com',
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
];
const MACS: readonly MacAlgorithm[] = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha1-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
  'hmac-sha1',
];

/** Returns the algorithms that the configuration of ssh allows and ssh2 supports; undefined if it sets none. */
export function allowedAlgorithms(options: SshOptions, usual: SshOptions): PinnedAlgorithms | undefined {
  const keyExchanges = someOf('kexalgorithms', KEY_EXCHANGES, options, usual);
  const hostKeys = someOf('hostkeyalgorithms', HOST_KEYS, options, usual);
  const ciphers = someOf('ciphers', CIPHERS, options, usual);
  const macs = someOf('macs', MACS, options, usual);
  if (keyExchanges === undefined && hostKeys === undefined && ciphers === undefined && macs === undefined)
    return undefined;
  return { keyExchanges, hostKeys, ciphers, macs };
}

function algorithmsBeyond(options: SshOptions, usual: SshOptions): readonly string[] {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['kexalgorithms', KEY_EXCHANGES],
    ['hostkeyalgorithms', HOST_KEYS],
    ['ciphers', CIPHERS],
    ['macs', MACS],
  ];
  return lists.flatMap(([name, has]) => (allowedOf(name, has, options, usual).kind === 'beyond' ? [name] : []));
}

type Allowed<Name extends string> =
  | { readonly kind: 'unset' }
  | { readonly kind: 'some'; readonly names: readonly Name[] }
  | { readonly kind: 'beyond' };

function someOf<Name extends string>(
  option: string,
  has: readonly Name[],
  options: SshOptions,
  usual: SshOptions,
): readonly Name[] | undefined {
  const allowed = allowedOf(option, has, options, usual);
  return allowed.kind === 'some' ? allowed.names : undefined;
}

/**
 * Restricts ssh2's algorithms to the configured ones. `beyond`: ssh2 has none of the configured algorithms, or the
 * first one is an algorithm that only ssh has.
 */
function allowedOf<Name extends string>(
  option: string,
  has: readonly Name[],
  options: SshOptions,
  usual: SshOptions,
): Allowed<Name> {
  const wanted = listOf(option, options);
  if (wanted.length === 0 || !isSet(option, options, usual)) return { kind: 'unset' };
  const names = wanted.flatMap((one) => has.filter((name) => name === one));
  const [first = ''] = wanted;
  const [usualFirst] = listOf(option, usual);
  const isPinned = isNarrowed(option, options, usual) && first !== usualFirst && !has.some((name) => name === first);
  return names.length === 0 || isPinned ? { kind: 'beyond' } : { kind: 'some', names };
}

function listOf(name: string, options: SshOptions): readonly string[] {
  return options.get(name)?.[0]?.split(',') ?? [];
}

/** Returns whether the list lacks an algorithm of the defaults of ssh. */
function isNarrowed(name: string, options: SshOptions, usual: SshOptions): boolean {
  const wanted = listOf(name, options);
  return wanted.length > 0 && listOf(name, usual).some((one) => !wanted.includes(one));
}

/** Returns whether the value differs from the default of ssh. */
export function isSet(name: string, options: SshOptions, usual: SshOptions): boolean {
  return options.has(name) && options.get(name)?.join('\n') !== usual.get(name)?.join('\n');
}

function isSomething(value: string): boolean {
  return value !== 'none' && value !== '';
}
