import type { SshTarget } from '../base/target.ts';
import { Unreachable, type UnreachableCode } from '../base/unreachable.ts';
import type { ConnectionContext } from '../ssh/connection-context.ts';
import { refusedKey } from '../ssh/host-key.ts';
import { knownHostName } from '../ssh/known-hosts.ts';
import {
  connectTimeout,
  connectionLost,
  explainDialError,
  explainHandshakeFailure,
  jumpUnreachable,
} from '../ssh/ssh-failure.ts';
import { REFUSED_KEYS_FILE } from './openssh-room.ts';

/** Lines of ssh that are unrelated to a failure. */
const NOISE =
  /^(?:Warning: Permanently added|Pseudo-terminal will not|Authenticated to |Control socket|ControlSocket|@+$|\*\* )/;

/**
 * Makes the problem for a failed connection of ssh, in the same words as for ssh2. `said` is what ssh and others wrote
 * to stderr.
 */
export async function explainOpensshFailure(
  target: SshTarget,
  context: ConnectionContext,
  status: number | undefined,
  said: string,
): Promise<Unreachable> {
  const explained = await explain({ target, context, said });
  if (explained !== undefined) return explained;
  return new Unreachable({
    code: 'connection-failed',
    host: target.name,
    what: `${target.name}: ssh made no connection to ${target.address}`,
    why: why(target, said.trim() === '' ? `ssh printed nothing; its exit status is ${status ?? 'unknown'}.` : said),
    remedy: `Run \`ssh ${target.alias}\` on this machine and read its messages; -v prints more.`,
  });
}

interface Failure {
  readonly target: SshTarget;
  readonly context: ConnectionContext;
  /** The messages of ssh. */
  readonly said: string;
}

async function explain(failure: Failure): Promise<Unreachable | undefined> {
  const found = classOf(failure.target, failure.said);
  return found === undefined ? undefined : EXPLANATIONS[found](failure);
}

type Explain = (failure: Failure) => Unreachable | Promise<Unreachable>;

/** The problem that ssh2 would give, with the messages of ssh. */
const asBySsh2 =
  (explained: Explain): Explain =>
  async (failure) =>
    retold(failure.target, await explained(failure), failure.said);

const byHostKey =
  (code: UnreachableCode, what: string): Explain =>
  ({ target, said }) =>
    hostKeyFailure(target, code, what, said);

const byLogin = (message: string): Explain => asBySsh2((failure) => loginRefused(failure, message));

const byDialling = (code: string): Explain =>
  asBySsh2(({ target }) => explainDialError(target, Object.assign(new Error(code), { code })));

const EXPLANATIONS: Readonly<Record<Class, Explain>> = {
  missing: ({ target }) =>
    new Unreachable({
      code: 'ssh-missing',
      host: target.name,
      what: `${target.name}: there is no program ssh on this machine`,
      why: why(target, ''),
      remedy:
        'Install the OpenSSH client (openssh-client, openssh-clients), or remove the settings that only OpenSSH can keep.',
    }),
  proxy: ({ target, said }) =>
    new Unreachable({
      code: 'proxy-failed',
      host: target.name,
      what: `${target.name}: the proxy command or the jump host makes no connection to ${target.address} port ${target.port}`,
      why: why(target, said),
      remedy: 'Try the proxy command or the jump host in a shell.',
    }),
  jump: ({ target, said }) => jumpRefused(target, said),
  'host-key-changed': byHostKey('host-key-changed', 'its host key differs from the known one'),
  'host-key-revoked': (failure) =>
    failure.target.refusedKeys !== undefined && failure.said.includes(REFUSED_KEYS_FILE)
      ? refusedKey(failure.target)
      : byHostKey('host-key-revoked', 'its host key was revoked')(failure),
  'host-key-unknown': byHostKey('host-key-unknown', 'its host key is not known'),
  'authentication-failed': byLogin('All configured authentication methods failed'),
  'too-many': byLogin('Too many authentication failures'),
  'no-common-algorithm': asBySsh2(({ target, said }) =>
    handshakeFailed(target, /no matching [^\n]*/.exec(said)?.[0] ?? ''),
  ),
  dropped: asBySsh2(({ target, said }) =>
    explainHandshakeFailure(target, { errors: [], banner: '', notes: [], tried: [], words: said }),
  ),
  timeout: asBySsh2(({ target }) => connectTimeout(target, 'the connection')),
  ENOTFOUND: byDialling('ENOTFOUND'),
  ECONNREFUSED: byDialling('ECONNREFUSED'),
  OTHER: byDialling('OTHER'),
};

/** With exactly one jump host, it is known which one refused. */
function jumpRefused(target: SshTarget, said: string): Unreachable {
  const [jump, further] = target.jumps;
  const one = jump !== undefined && further === undefined ? `the jump host ${jump.name}` : 'a jump host';
  return new Unreachable({
    code: 'jump-refused',
    host: target.name,
    what: `${target.name}: ${one} does not connect to ${target.address} port ${target.port}`,
    why: why(target, said),
    remedy: /administratively prohibited/.test(said)
      ? `Set AllowTcpForwarding yes (and PermitOpen) in the sshd_config of ${jump?.name ?? 'the jump host'}.`
      : `Check from ${jump?.name ?? 'the jump host'} that ${target.address} is up and that its SSH server listens on port ${target.port}.`,
  });
}

/**
 * The methods that could be tried are known from the same files as for ssh2. ssh does not tell which further methods it
 * has tried.
 */
async function loginRefused({ target, context, said }: Failure, message: string): Promise<Unreachable> {
  const { prepareAuthentication } = await import('../ssh/ssh-authentication.ts');
  const refusing = target.jumps.find((jump) => said.includes(`${jump.user}@${jump.address}: Permission denied`));
  const { methods, notes } = prepareAuthentication(refusing ?? target, context);
  const { reasons } = (refusing ?? target).openssh;
  const error = explainHandshakeFailure(refusing ?? target, {
    errors: [new Error(message)],
    banner: 'SSH-2.0',
    notes,
    tried: [
      ...methods.map(({ label }) => label),
      ...(reasons.length === 0 ? [] : ['what else ssh and its agent have']),
    ],
  });
  return refusing === undefined ? error : jumpUnreachable(target, refusing, error);
}

function handshakeFailed(target: SshTarget, message: string): Unreachable {
  return explainHandshakeFailure(target, { errors: [new Error(message)], banner: 'SSH-2.0', notes: [], tried: [] });
}

/**
 * Returns the class of the failure. Without a proxy program or a jump host, an end that ssh does not explain was caused
 * by the server.
 */
function classOf(target: SshTarget, said: string): Class | undefined {
  const found = CLASSES.find(([pattern]) => pattern.test(said))?.[1];
  return found === 'proxy' && target.jumps.length === 0 && target.proxyCommand === undefined ? 'dropped' : found;
}

type Class =
  | 'missing'
  | 'proxy'
  | 'jump'
  | 'host-key-changed'
  | 'host-key-revoked'
  | 'host-key-unknown'
  | 'authentication-failed'
  | 'too-many'
  | 'no-common-algorithm'
  | 'dropped'
  | 'timeout'
  | 'ENOTFOUND'
  | 'ECONNREFUSED'
  | 'OTHER';

/** Messages of ssh, in order of priority: the failure of a jump host comes before its consequences. */
const CLASSES: readonly (readonly [RegExp, Class])[] = [
  [/spawn ssh ENOENT/, 'missing'],
  // Before the host keys: if they are not checked, ssh warns of a wrong key and sends no password, so the login fails.
  [/Too many authentication failures/, 'too-many'],
  [/Permission denied \(|No more authentication methods|no supported authentication methods/i, 'authentication-failed'],
  [/REVOKED HOST KEY|host key for \S+ was revoked|key is revoked|revoked by file/i, 'host-key-revoked'],
  [/REMOTE HOST IDENTIFICATION HAS CHANGED|has changed and you have requested strict checking/, 'host-key-changed'],
  [/Host key verification failed|No \S+ host key is known for|Certificate invalid/, 'host-key-unknown'],
  [/open failed: |stdio forwarding failed/, 'jump'],
  [/no matching (?:key exchange|host key|cipher|MAC|compression)/i, 'no-common-algorithm'],
  [/Could not resolve hostname/, 'ENOTFOUND'],
  [/Connection refused/, 'ECONNREFUSED'],
  [/Connection timed out|Operation timed out|Connection to \S+ port \d+ timed out/, 'timeout'],
  // The server hung up before ssh had asked whether it is connected.
  [/connect to host \S+ port \d+: Connection reset/, 'dropped'],
  [/connect to host \S+ port \d+: /, 'OTHER'],
  [/(?:closed|timed out) by UNKNOWN|UNKNOWN port/, 'proxy'],
  [/kex_exchange_identification|Connection (?:closed|reset) by|banner exchange|Broken pipe/, 'dropped'],
];

function hostKeyFailure(target: SshTarget, code: UnreachableCode, what: string, said: string): Unreachable {
  const jump = target.jumps.find((one) => said.includes(` for ${keyName(one)} `));
  const { name: host, address, port, knownHostsFiles } = jump ?? target;
  const name = keyName(jump ?? target);
  const file = knownHostsFiles[0] ?? '~/.ssh/known_hosts';
  const remedies: Partial<Record<UnreachableCode, string>> = {
    'host-key-changed': `Make sure that the host was installed again, compare the fingerprint on its console, then remove the old key: ssh-keygen -R '${name}' -f ${file}`,
    'host-key-revoked': 'Do not connect. Give the host a new key, or find out who has the old one.',
  };
  const error = new Unreachable({
    code,
    host,
    what: `${host}: ${what}`,
    why: why(target, said),
    remedy:
      remedies[code] ??
      `Compare the fingerprint on the host's console (ssh-keygen -lf /etc/ssh/ssh_host_*.pub), then add the key: ` +
        `ssh-keyscan -p ${port} ${address} >> ${file}. If an authority signs host keys, check that the name ${name} is in the certificate and that it has not expired.`,
  });
  return jump === undefined ? error : jumpUnreachable(target, jump, error);
}

/** Returns the name that ssh looks up in known_hosts. */
function keyName({ hostKeyAlias, address, port }: SshTarget): string {
  return hostKeyAlias ?? knownHostName(address, port);
}

/** Returns the same failure, followed by the messages of ssh. */
function retold(target: SshTarget, error: Unreachable, said: string): Unreachable {
  const { code, what, remedy, started } = error;
  // For a refused login, more is known than ssh prints.
  const known = code === 'authentication-failed' ? [error.why ?? ''] : [];
  return new Unreachable({
    code,
    host: target.name,
    what,
    why: [...known, why(target, said)].join('\n'),
    remedy,
    started,
  });
}

function why(target: SshTarget, said: string): string {
  const { use, reasons } = target.openssh;
  const [reason] = reasons;
  const cause = reason ?? (use === 'always' ? 'ansible_connection says so' : 'ssh2 could not');
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !NOISE.test(line));
  return [...lines.slice(-8), `It was tried by the system's ssh, as ${cause}.`].join('\n');
}

/** Makes the problem of a connection that was lost after it had been established. */
export function explainOpensshLoss(target: SshTarget, said: string): Unreachable {
  const last = said.trim().split('\n').at(-1) ?? '';
  return connectionLost(
    target,
    last === '' ? undefined : new Error(/not responding/.test(last) ? 'Keepalive timeout' : last),
  );
}

/** Makes the problem of an ssh that did not give up within its own limits. */
export function opensshTimeout(target: SshTarget, said: string): Unreachable {
  return retold(target, connectTimeout(target, 'ssh'), said);
}
