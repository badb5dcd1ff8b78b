import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { quote } from '../base/quote.ts';
import type { SshTarget } from '../base/target.ts';
import { Unreachable } from '../base/unreachable.ts';

/** So much of what the command says is kept for messages. Characters. */
const MOST_SAID = 4096;

/**
 * The streams of a program of this machine in the place of a TCP connection, as ProxyCommand of ssh_config(5): it is
 * given to `sh`, with %h, %p, %r and %n replaced. Resolves when the server has said something. The program and its
 * children are ended with the stream, and by the signal. One that fails before the server said anything gives
 * Unreachable `proxy-failed` with what it said.
 */
export function throughCommand(target: SshTarget, command: string, signal: AbortSignal): Promise<Duplex> {
  const child = spawn('sh', ['-c', expand(command, target)], { stdio: 'pipe', detached: true });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  // Whoever uses the streams hears of their errors. They may end before anybody does, and that must not end the whole
  // run.
  for (const one of [stream, child.stdin, child.stdout]) one.on('error', () => undefined);
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-MOST_SAID);
  });
  const end = (): void => {
    // It leads a process group of its own.
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
      // An end is readable too: what it means, the exit status tells.
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

/** TOKENS of ssh_config(5), as far as a ProxyCommand takes them. */
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
