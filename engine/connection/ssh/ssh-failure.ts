import { remedyForWords } from '../base/login-words.ts';
import type { SshTarget } from '../base/target.ts';
import { Unreachable } from '../base/unreachable.ts';

const SSH_NAMES = {
  ansible_host: 'HostName',
  ansible_port: 'Port',
  ansible_user: 'User',
  ansible_ssh_private_key_file: 'IdentityFile',
} as const;

/** Names the source of a setting of this target: a variable of the inventory, or a line of the configuration of ssh. */
function setting(target: SshTarget, variable: keyof typeof SSH_NAMES): string {
  return target.jumpBy !== undefined
    ? `what \`${target.jumpBy}\` says of ${target.name}, or \`${SSH_NAMES[variable]}\` of ${target.name} in ~/.ssh/config`
    : `\`${variable}\``;
}

/** Makes the problem of a target whose jump host cannot be reached. */
export function jumpUnreachable(target: SshTarget, jump: SshTarget, error: Unreachable): Unreachable {
  const { code, why, remedy, started } = error;
  return new Unreachable({
    code,
    host: target.name,
    what: `${target.name}: its jump host ${jump.name} cannot be reached`,
    why: [error.what, why].join('\n'),
    remedy,
    started,
    cause: error,
  });
}

/** Makes the problem of a failed TCP connection, with a remedy. */
export function explainDialError(target: SshTarget, error: unknown): Unreachable {
  const host = target.name;
  const where = `${target.address} port ${target.port}`;
  const failure = firstError(error);
  const common = { host, why: failure.message, cause: error };
  switch (failure.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
      return new Unreachable({
        ...common,
        code: 'name-not-found',
        what: `${host}: the name ${target.address} is not found`,
        remedy: `Check the spelling and the name server of this machine, or set ${setting(target, 'ansible_host')} to an address.`,
      });
    case 'ECONNREFUSED':
      return new Unreachable({
        ...common,
        code: 'connection-refused',
        what: `${host}: ${where} refuses connections`,
        remedy: `The machine is up but no SSH server listens there: start sshd, or correct ${setting(target, 'ansible_port')}.`,
      });
    case 'ECONNRESET':
      return connectionDropped(target, failure.message, error);
    case 'ETIMEDOUT':
      return connectTimeout(target, 'the TCP connection');
    default:
      return new Unreachable({
        ...common,
        code: 'connection-failed',
        what: `${host}: no connection to ${where}`,
        remedy: 'Check the address, the route and the firewall between here and the host.',
      });
  }
}

function connectionDropped({ name: host }: SshTarget, why: string, cause: unknown): Unreachable {
  return new Unreachable({
    code: 'connection-dropped',
    host,
    what: `${host}: the server closed the connection before it sent a greeting of SSH`,
    why,
    remedy:
      'The server may have too many logins at once, or may block this machine for a while: raise MaxStartups in its sshd_config, run with fewer forks (-f), ' +
      'and check PerSourcePenalties and fail2ban. Or the program on this port is not an SSH server.',
    cause,
  });
}

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** If a name has several addresses, Node tries each and throws one error that contains all errors. */
function firstError(error: unknown): Failure {
  if (error instanceof AggregateError && error.errors.length > 0) return firstError(error.errors[0]);
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  return { code: 'code' in error && typeof error.code === 'string' ? error.code : '', message: error.message };
}

/** Returns the problem of a host that did not answer in time. `waitingFor`: the missing answer, as a noun. */
export function connectTimeout(target: SshTarget, waitingFor: string): Unreachable {
  return new Unreachable({
    code: 'connect-timeout',
    host: target.name,
    what: `${target.name}: no answer from ${target.address} port ${target.port} within ${target.connectTimeoutMs / 1000} s`,
    why: `It was waiting for ${waitingFor}.`,
    remedy: 'Check that the machine is up, its address, and that no firewall drops packets to that port.',
  });
}

/** The facts about a connection that failed between TCP and login. */
export interface HandshakeFailure {
  /** In the order in which ssh2 emitted them; there may be several. */
  readonly errors: readonly Error[];
  /** The first text that the server sent. */
  readonly banner: string;
  readonly notes: readonly string[];
  readonly tried: readonly string[];
  /** What the server said to the user during the login. */
  readonly words?: string;
}

/**
 * Makes the problem of a connection that failed after TCP and before the end of the login, with cause and remedy: a
 * refused login, a server that does not speak SSH, no algorithm in common, or another reason.
 */
export function explainHandshakeFailure(target: SshTarget, failure: HandshakeFailure): Unreachable {
  const host = target.name;
  const message = failure.errors.map((error) => error.message).join('; ');
  const [cause] = failure.errors;
  if (/All configured authentication methods failed|Too many authentication failures/.test(message)) {
    return authenticationFailed(target, failure, /Too many/.test(message));
  }
  const ended = endedByWords(target, failure);
  if (ended !== undefined) return ended;
  if (!failure.banner.includes('SSH-')) {
    return connectionDropped(target, failure.banner.trim() || message || 'It closed the connection.', cause);
  }
  if (/no matching|No matching/.test(message)) {
    return new Unreachable({
      code: 'no-common-algorithm',
      host,
      what: `${host}: no algorithm that both sides know`,
      why: message,
      remedy: algorithmRemedy(message),
      cause,
    });
  }
  return new Unreachable({
    code: 'connection-failed',
    host,
    what: `${host}: the SSH handshake failed`,
    why: [message || 'The server closed the connection.', saidBy(failure)].join('\n').trim(),
    remedy: "Look at the SSH server's log on the host (journalctl -u ssh -u sshd).",
    cause,
  });
}

/** Returns the problem of a server that ends the login with words that explain it; undefined if it does not. */
function endedByWords(target: SshTarget, failure: HandshakeFailure): Unreachable | undefined {
  const remedy = remedyForWords(failure.words ?? '', target.user);
  if (remedy === undefined) return undefined;
  return new Unreachable({
    code: 'connection-failed',
    host: target.name,
    what: `${target.name}: the host ends the login of ${target.user}`,
    why: saidBy(failure),
    remedy,
    cause: failure.errors[0],
  });
}

/** Returns the last lines that the server said during the login. */
function saidBy({ words = '' }: HandshakeFailure): string {
  const lines = words.split('\n').filter((line) => line.trim() !== '');
  return lines.length === 0 ? '' : `The server said: ${lines.slice(-4).join('\n').trim()}`;
}

/** Returns the remedy for the kind of algorithm that both sides do not share, from the message of ssh2 or ssh. */
function algorithmRemedy(message: string): string {
  const [, option, some] = ALGORITHM_REMEDIES.find(([pattern]) => pattern.test(message)) ?? KEY_EXCHANGE_REMEDY;
  return `Allow one of ${some} by ${option} in its sshd_config. Where ~/.ssh/config sets ${option}, allow there what the host has.`;
}

const KEY_EXCHANGE_REMEDY = [
  /key exchange/i,
  'KexAlgorithms',
  'curve25519-sha256, ecdh-sha2-nistp256 or diffie-hellman-group16-sha512',
] as const;

const ALGORITHM_REMEDIES: readonly (readonly [RegExp, string, string])[] = [
  KEY_EXCHANGE_REMEDY,
  [/host key/i, 'HostKeyAlgorithms', 'ssh-ed25519, ecdsa-sha2-nistp256 or rsa-sha2-512 (with a HostKey of that type)'],
  [/cipher/i, 'Ciphers', 'chacha20-poly1305@openssh.com, aes256-gcm@openssh.com or aes256-ctr'],
  [/\bMAC\b/i, 'MACs', 'hmac-sha2-256-etm@openssh.com or hmac-sha2-512-etm@openssh.com'],
];

function authenticationFailed(target: SshTarget, failure: HandshakeFailure, tooMany: boolean): Unreachable {
  const tried = failure.tried.length === 0 ? 'Nothing could be tried.' : `Tried: ${failure.tried.join(', ')}.`;
  const remedies = tooMany
    ? `The agent offers more keys than the server puts up with: name the right one as ${setting(target, 'ansible_ssh_private_key_file')}.`
    : failure.tried.length === 0
      ? `Name a key file that is there by ${setting(target, 'ansible_ssh_private_key_file')}, or load a key into an SSH agent.`
      : `Put the public key into ~${target.user}/.ssh/authorized_keys on the host, or name another user (${setting(target, 'ansible_user')}) ` +
        `or key (${setting(target, 'ansible_ssh_private_key_file')})${target.jumpBy !== undefined ? '' : ', or a password (`ansible_password`)'}.`;
  return new Unreachable({
    code: 'authentication-failed',
    host: target.name,
    what: `${target.name}: the host does not let ${target.user} in`,
    why: [tooMany ? 'The server counted too many attempts.' : '', tried, ...failure.notes]
      .filter((line) => line !== '')
      .join('\n'),
    remedy: remedies,
    cause: failure.errors[0],
  });
}

/** Returns the problem of a connection that ended after the login. `error`: undefined if the host closed it. */
export function connectionLost(target: SshTarget, error: Error | undefined): Unreachable {
  const silent = error !== undefined && /Keepalive timeout/.test(error.message);
  return new Unreachable({
    code: 'connection-lost',
    host: target.name,
    what: `${target.name}: the connection is lost`,
    why: silent
      ? `The host sent nothing for ${Math.round((target.keepAliveMs * 3) / 1000)} s.`
      : (error?.message ?? 'The host closed the connection.'),
    remedy:
      'Check that the host is up, and check the network between this machine and the host. What was running may have been done in part: run it again.',
    cause: error,
  });
}

/** Makes the problem of a server that opens no further channel. */
export function channelRefused(target: SshTarget, error: unknown): Unreachable {
  return new Unreachable({
    code: 'too-many-sessions',
    host: target.name,
    what: `${target.name}: the SSH server opens no further session on the connection`,
    why: error instanceof Error ? error.message : String(error),
    remedy:
      'Raise MaxSessions in its sshd_config: one session for the login user, one for each user to become, one for a file transfer (10 is the default).',
    cause: error,
  });
}
