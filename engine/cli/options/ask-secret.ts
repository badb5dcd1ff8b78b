import { openSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { Problem } from '../../errors/problem.ts';
import { Secret } from '../../values/base/secret.ts';

/**
 * Asks a question on the terminal, without echo. Throws Problem with `remedy` if there is no terminal, and Problem if
 * there is no answer.
 */
export async function askSecret(question: string, remedy: string): Promise<Secret> {
  const asked = askPerson(question, { isShown: false });
  if (asked === undefined) {
    throw new Problem({ code: 'no-terminal', what: `${question} cannot be asked: there is no terminal`, remedy });
  }
  return Secret.of(await asked);
}

/**
 * Asks a question on the terminal. `isShown`: the typed text is shown. Undefined if there is no terminal. Rejects with
 * Problem if there is no answer.
 */
export function askPerson(question: string, { isShown }: { readonly isShown: boolean }): Promise<string> | undefined {
  const terminal = process.stdin.isTTY ? process.stdin : openTerminal();
  return terminal === undefined ? undefined : askOn(terminal, question, isShown);
}

async function askOn(terminal: ReadStream, question: string, isShown: boolean): Promise<string> {
  if (!isShown) process.stderr.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = isShown ? process.stderr : silent;
  const lines = createInterface({ input: terminal, output, terminal: true });
  try {
    // The terminal is in raw mode, in which Ctrl-C is a character and sends no signal.
    lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    const closed = new Promise<never>((_resolve, reject) => {
      lines.once('close', () => reject(new Problem({ code: 'no-answer', what: `${question} was not answered` })));
    });
    return await Promise.race([lines.question(isShown ? `${question}: ` : ''), closed]);
  } finally {
    lines.close();
    if (terminal !== process.stdin) terminal.destroy();
    if (!isShown) process.stderr.write('\n');
  }
}

/** Asks for passphrases and for passwords of files. If there is no terminal, the remedy names other keys. */
export function askOnTerminal(question: string): Promise<Secret> {
  return askSecret(
    question,
    'Run it on a terminal; or use an identity without a passphrase, for ansible-vault --vault-password-file.',
  );
}

/** Opens the terminal of the user, independent of stdin; undefined if there is none. */
function openTerminal(): ReadStream | undefined {
  try {
    return new ReadStream(openSync('/dev/tty', 'r'));
  } catch {
    return undefined;
  }
}
