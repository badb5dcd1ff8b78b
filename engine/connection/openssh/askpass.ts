import { existsSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { SshTarget } from '../base/target.ts';

/** What the program sends that ssh starts for a question. */
const Question = z.object({ ssh: z.number(), question: z.string() });

/** No question of ssh is longer. Characters. */
const LONGEST = 4096;

/**
 * Answers the questions of one ssh process, each once: what was wrong is not told again, so that no account gets
 * locked.
 */
export interface Askpass {
  /** For the environment of ssh. */
  readonly environment: Readonly<Record<string, string>>;
  /** The one that may ask. */
  answerTo(ssh: number): void;
  close(): void;
}

/**
 * Secrets for ssh, which it asks for by SSH_ASKPASS: the helper in `bin` passes the question on over a socket in
 * `folder`, which nobody else can open. Without a secret ssh is told to ask nobody.
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
      // Older versions only ask where there is a display.
      DISPLAY: process.env['DISPLAY'] ?? ':0',
      RUNBOOK_ASKPASS_SOCKET: path,
      RUNBOOK_ASKPASS_NODE: process.execPath,
    },
    answerTo: (ssh) => (client = ssh),
    close: () => void server.close(),
  };
}

/**
 * Whether to go on to a host with an unknown key, a PIN, whether a security key was touched: nobody answers that here.
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

/** From the sources and from the bundle. */
function helper(): string {
  const beside = ['../bin', '../../../bin'].map((folder) => join(import.meta.dirname, folder, 'askpass.sh'));
  return beside.find((path) => existsSync(path)) ?? 'askpass.sh';
}
