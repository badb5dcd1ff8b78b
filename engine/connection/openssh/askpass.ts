import { existsSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { SshTarget } from '../base/target.ts';

/** The message of the program that ssh starts for a question. */
const Question = z.object({ ssh: z.number(), question: z.string() });

/** Maximal length of a question, in characters. Questions of ssh are shorter. */
const LONGEST = 4096;

/**
 * Answers the questions of one ssh process, each kind once: a wrong password is not repeated, so that no account gets
 * locked.
 */
export interface Askpass {
  /** Environment variables for ssh. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sets the process that may ask. */
  answerTo(ssh: number): void;
  close(): void;
}

/**
 * Provides secrets for ssh through SSH_ASKPASS: the helper in `bin` sends the question through a socket in `folder`,
 * which no other user can open. Without secrets, ssh is told to ask nobody.
 */
export async function askpassFor(target: Pick<SshTarget, 'password' | 'passphrase'>, folder: string): Promise<Askpass> {
  const { password, passphrase } = target;
  if (password === undefined && passphrase === undefined) {
    return { environment: { SSH_ASKPASS_REQUIRE: 'never' }, answerTo: () => {}, close: () => {} };
  }
  const left = new Map([
    ['password', password],
    ['passphrase', passphrase],
  ]);
  let client: number | undefined;
  const answer = (question: string): string | undefined => {
    const kind = kindOf(question);
    if (kind === undefined) return undefined;
    const secret = left.get(kind);
    left.delete(kind);
    return secret;
  };
  const server = createServer((socket) => {
    readQuestion(socket, (said) => {
      const question = Question.safeParse(said);
      const secret = question.success && question.data.ssh === client ? answer(question.data.question) : undefined;
      socket.end(secret === undefined ? '' : `${secret}\n`);
    });
  });
  const path = join(folder, 'ask');
  await listen(server, path);
  return {
    environment: {
      SSH_ASKPASS: helper(),
      SSH_ASKPASS_REQUIRE: 'force',
      // Older versions ask only if there is a display.
      DISPLAY: process.env['DISPLAY'] ?? ':0',
      RUNBOOK_ASKPASS_SOCKET: path,
      RUNBOOK_ASKPASS_NODE: process.execPath,
    },
    answerTo: (ssh) => (client = ssh),
    close: () => void server.close(),
  };
}

/**
 * Returns the kind of secret that ssh asks for. Undefined for other questions, which are not answered: an unknown host
 * key, a PIN, the touch of a security key.
 */
function kindOf(question: string): 'password' | 'passphrase' | undefined {
  if (question.startsWith('Enter passphrase for ')) return 'passphrase';
  if (/continue connecting|^Enter PIN|user presence|^Allow |Confirm/.test(question)) return undefined;
  return 'password';
}

function readQuestion(socket: Socket, take: (said: unknown) => void): void {
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (data) => {
    text += data.toString();
    const end = text.indexOf('\n');
    if (end === -1) return void (text.length > LONGEST && socket.destroy());
    socket.removeAllListeners('data');
    take(parsed(text.slice(0, end)));
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

/** The path is valid both for the sources and for the bundle. */
function helper(): string {
  const beside = ['../bin', '../../../bin'].map((folder) => join(import.meta.dirname, folder, 'askpass.sh'));
  return beside.find((path) => existsSync(path)) ?? 'askpass.sh';
}
