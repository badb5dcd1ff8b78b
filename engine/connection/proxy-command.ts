import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { quote } from './quote.ts';
import type { SshTarget } from './target.ts';
import { Unreachable } from './unreachable.ts';

/** So much of what the command says is kept for messages. Characters. */
const MOST_SAID = 4096;

/**
 * The streams of a program of this machine in the place of a TCP connection, as ProxyCommand of ssh_config(5): it is given to `sh`, with
 * %h, %p, %r and %n replaced. The program and its children are ended with the stream. One that ends before the server said anything
 * gives Unreachable `proxy-failed` with what it said.
 */
export function throughCommand(target: SshTarget, command: string): Promise<Duplex> {
  const child = spawn('sh', ['-c', expand(command, target)], { stdio: 'pipe', detached: true });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  // Whoever uses the stream hears of its errors. It may have ended before anybody does, and that must not end the run.
  stream.on('error', () => {});
  child.stdin.on('error', () => {});
  let said = '';
  let heard = false;
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-MOST_SAID);
  });
  child.stdout.once('data', () => (heard = true));
  child.once('exit', (status, signal) => {
    if (heard || stream.destroyed) return;
    const how = signal === null ? `It ended with status ${status ?? 0}.` : `It was ended by ${signal}.`;
    stream.destroy(proxyFailed(target, command, [how, said.trim()].join('\n').trim()));
  });
  stream.once('close', () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    // It leads a process group of its own.
    process.kill(-child.pid, 'SIGTERM');
  });
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(stream));
    child.once('error', (error) => reject(proxyFailed(target, command, error.message)));
  });
}

/** TOKENS of ssh_config(5), as far as a ProxyCommand takes them. */
function expand(command: string, target: SshTarget): string {
  const tokens: Readonly<Record<string, string>> = {
    '%%': '%',
    '%h': quote(target.address),
    '%n': quote(target.name),
    '%p': String(target.port),
    '%r': quote(target.user),
  };
  return command.replaceAll(/%[%hnpr]/g, (token) => tokens[token] ?? token);
}

function proxyFailed(target: SshTarget, command: string, why: string): Unreachable {
  return new Unreachable({
    code: 'proxy-failed',
    host: target.name,
    what: `${target.name}: the proxy command brings no connection to ${target.address} port ${target.port}`,
    why: `${command}\n${why}`,
    remedy: 'Try it in a shell: it must pass its input to the SSH server and bring what the server says.',
  });
}
