import { openSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { Problem } from '../../errors/problem.ts';
import { Secret } from '../../values/base/secret.ts';

/** Asks on the terminal, without an echo. Throws Problem, with the remedy, where there is no terminal to ask on. */
export async function askSecret(question: string, remedy: string): Promise<Secret> {
  const terminal = process.stdin.isTTY ? process.stdin : openTerminal();
  if (terminal === undefined) {
    throw new Problem({ code: 'no-terminal', what: `${question} cannot be asked: there is no terminal`, remedy });
  }
  process.stderr.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: terminal, output: silent, terminal: true });
  try {
    // The terminal is in raw mode, where Ctrl-C is a character.
    lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    const closed = new Promise<never>((_resolve, reject) => {
      lines.once('close', () => reject(new Problem({ code: 'no-answer', what: `${question} was not answered` })));
    });
    return Secret.of(await Promise.race([lines.question(''), closed]));
  } finally {
    lines.close();
    if (terminal !== process.stdin) terminal.destroy();
    process.stderr.write('\n');
  }
}

/** Passphrases and passwords of files. Where nobody can be asked, other keys do. */
export function askOnTerminal(question: string): Promise<Secret> {
  return askSecret(
    question,
    'Run it on a terminal; or use an identity without a passphrase, for ansible-vault --vault-password-file.',
  );
}

/** Of those who run the command, whatever stdin is. */
function openTerminal(): ReadStream | undefined {
  try {
    return new ReadStream(openSync('/dev/tty', 'r'));
  } catch {
    return undefined;
  }
}
