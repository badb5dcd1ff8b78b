import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { quote } from '../base/quote.ts';
import type { SshTarget } from '../base/target.ts';
import { Unreachable } from '../base/unreachable.ts';

/** Number of characters of the command's stderr that are kept for messages. */
const MOST_SAID = 4096;

/**
 * Starts a local program whose streams replace the TCP connection, as ProxyCommand of ssh_config(5): `sh` runs the
 * command, with %h, %p, %r and %n replaced. Resolves when the server has sent something. The program and its children
 * end with the stream, and by the signal. If the program fails before the server has sent anything, this throws
 * Unreachable `proxy-failed` with its messages.
 */
export function throughCommand(target: SshTarget, command: string, signal: AbortSignal): Promise<Duplex> {
  const child = spawn('sh', ['-c', expand(command, target)], { stdio: 'pipe', detached: true });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  // The users of the streams handle their errors. A stream may end before it has a user, which must not end the whole
  // run.
  for (const one of [stream, child.stdin, child.stdout]) one.on('error', () => undefined);
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-MOST_SAID);
  });
  const end = (): void => {
    // The program leads a process group of its own.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGTERM');
  };
  stream.once('close', end);
  return new Promise((resolve, reject) => {
    const settle = (): void => signal.removeEventListener('abort', giveUp);
    const fail = (why: string): void => {
      settle();
      stream.destroy();
      reject(proxyFailed(target, command, why));
    };
    const giveUp = (): void => fail('It was given up.');
    signal.addEventListener('abort', giveUp, { once: true });
    child.once('error', (error) => fail(error.message));
    child.stdout.once('readable', () => {
      // A stream is readable at its end too. The exit status tells what the end means.
      if (child.stdout.readableLength === 0) return;
      settle();
      resolve(stream);
    });
    child.once('close', (status, endedBy) => {
      if (status !== 0 || said !== '')
        return fail(
          [`It ended ${endedBy === null ? `with status ${status ?? 0}` : `by ${endedBy}`}.`, said.trim()]
            .join('\n')
            .trim(),
        );
      // The server hung up.
      settle();
      resolve(stream);
    });
  });
}

/** Replaces those TOKENS of ssh_config(5) that a ProxyCommand may contain. */
function expand(command: string, target: SshTarget): string {
  const tokens: Readonly<Record<string, string>> = {
    '%%': '%',
    '%h': quote(target.address),
    '%n': quote(target.alias),
    '%p': String(target.port),
    '%r': quote(target.user),
  };
  return command.replaceAll(/%[%hnpr]/g, (token) => tokens[token] ?? token);
}

function proxyFailed(target: SshTarget, command: string, why: string): Unreachable {
  return new Unreachable({
    code: 'proxy-failed',
    host: target.name,
    what: `${target.name}: the proxy command makes no connection to ${target.address} port ${target.port}`,
    why: `${command}\n${why}`,
    remedy: 'Run the command in a shell: it must pass its input to the SSH server and print the answers of the server.',
  });
}
