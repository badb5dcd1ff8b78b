import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import type { LoginMethod, PinnedAlgorithms } from '../base/target.ts';

/** Options of ssh_config(5) for a host by their names in small letters, as `ssh -G` prints them. */
export type SshOptions = ReadonlyMap<string, readonly string[]>;

/** What ssh2 is told, or runbook does itself. */
const KEPT =
  'addressfamily bindaddress canonicaldomains canonicalizefallbacklocal canonicalizehostname canonicalizemaxdots canonicalizepermittedcnames ' +
  'ciphers globalknownhostsfile hashknownhosts hostkeyalgorithms hostkeyalias hostname identitiesonly identityagent identityfile ' +
  'kbdinteractiveauthentication challengeresponseauthentication kexalgorithms macs passwordauthentication port preferredauthentications proxycommand proxyjump ' +
  'pubkeyauthentication stricthostkeychecking user userknownhostsfile';

/** Of no meaning for runbook, each with the reason. */
const WITHOUT_EFFECT: readonly { readonly why: string; readonly names: string }[] = [
  {
    why: 'runbook keeps one connection to each host open during the run, and shares it with no other program.',
    names: 'controlmaster controlpath controlpersist forkafterauthentication',
  },
  {
    why: 'runbook forwards nothing. Keep a connection of ssh open beside the run, such as: ssh -N -R 3128:localhost:3128 HOST.',
    names:
      'clearallforwardings dynamicforward exitonforwardfailure gatewayports localforward permitremoteopen remoteforward streamlocalbindmask ' +
      'streamlocalbindunlink tunnel tunneldevice',
  },
  {
    why: 'It is for people at a terminal.',
    names:
      'addkeystoagent batchmode enableescapecommandline escapechar fingerprinthash forwardx11 forwardx11timeout forwardx11trusted loglevel logverbose ' +
      'numberofpasswordprompts obscurekeystroketiming remotecommand requesttty sessiontype stdinnull syslogfacility usekeychain visualhostkey warnweakcrypto ' +
      'xauthlocation',
  },
  { why: 'A host that leaves three questions without an answer is lost.', names: 'serveralivecountmax tcpkeepalive' },
  { why: 'runbook sends little, and compresses nothing.', names: 'compression' },
  { why: 'It tunes ssh, and runbook has a tuning of its own.', names: 'ipqos rekeylimit' },
];

/** Of these runbook has its own, which the command line and the inventory set. */
const OWN = 'connectionattempts connecttimeout serveraliveinterval';

/** What has a meaning for logins that only ssh can do, or for the files themselves. */
const PASSED_BY =
  'casignaturealgorithms enablesshkeysign gssapiauthentication gssapiclientidentity gssapidelegatecredentials gssapikexalgorithms ' +
  'gssapirenewalforcesrekey gssapiserveridentity gssapitrustdns host hostbasedacceptedalgorithms hostbasedauthentication hostbasedkeytypes ignoreunknown ' +
  'include tag updatehostkeys';

const IDLE = [...WITHOUT_EFFECT.map(({ names }) => names), OWN, PASSED_BY].join(' ');

/** Why nothing comes of an option, by its name in small letters; undefined where something does. */
export function whyIdle(name: string): string | undefined {
  return WITHOUT_EFFECT.find(({ names }) => names.split(' ').includes(name))?.why;
}

/** What only the system's ssh keeps, and of which values that is said. */
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

/** The names that people know; others are said in small letters. */
const NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'BindInterface CertificateFile ChannelTimeout CheckHostIP Ciphers ForwardAgent GSSAPIKeyExchange HostKeyAlgorithms KexAlgorithms KnownHostsCommand LocalCommand MACs ' +
    'NoHostAuthenticationForLocalhost PKCS11Provider PermitLocalCommand PreferredAuthentications ProxyUseFdpass PubkeyAcceptedAlgorithms RequiredRSASize ' +
    'RevokedHostKeys SecurityKeyProvider SendEnv SetEnv VerifyHostKeyDNS'
  )
    .split(' ')
    .map((name) => [name.toLowerCase(), name]),
);

/** Whether something comes of them depends on a permission. */
const WITH_PERMISSION: ReadonlyMap<string, string> = new Map([['localcommand', 'permitlocalcommand']]);

/** Sent by the configuration of every distribution; the scripts of runbook set their own. */
const USUAL_VARIABLES = /^(?:LANG|LC_.*|COLORTERM|NO_COLOR)$/;

/** Why ssh2 cannot do what is set, a sentence each. */
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

/** Options that are set, and that nothing comes of while ssh2 is the transport. */
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

/**
 * Ways to log in in their order, without those that are turned off; undefined where ssh's configuration leaves all of
 * it open.
 */
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
 * The ones that are offered. Without group exchange: it costs a round trip and primes, and gains nothing where
 * curve25519 is there.
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
/** ssh2 has more; these are the ones that are used anyway, or where ssh's configuration names them. */
const KEY_EXCHANGES: readonly KexAlgorithm[] = [
  ...USUAL_KEY_EXCHANGES,
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group-exchange-sha256',
];
/** What ssh2 can verify, the best first. Plain `ssh-rsa` (SHA-1) is not among it. */
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

/** What ssh's configuration allows, as far as ssh2 has it; undefined where it sets none of it. */
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

/** Whoever narrows a list and puts something first that ssh2 has none of wants that, and ssh can do it. */
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

/** Whether something is missing that ssh takes by itself. */
function isNarrowed(name: string, options: SshOptions, usual: SshOptions): boolean {
  const wanted = listOf(name, options);
  return wanted.length > 0 && listOf(name, usual).some((one) => !wanted.includes(one));
}

/** Whether it is another value than ssh takes by itself. */
export function isSet(name: string, options: SshOptions, usual: SshOptions): boolean {
  return options.has(name) && options.get(name)?.join('\n') !== usual.get(name)?.join('\n');
}

function isSomething(value: string): boolean {
  return value !== 'none' && value !== '';
}
