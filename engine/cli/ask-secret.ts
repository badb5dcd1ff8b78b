import { Writable } from 'node:stream';
import { Problem } from '../errors/problem.ts';
import { Secret } from '../values/secret.ts';

/** Asks on the terminal, without an echo. Throws Problem where there is no terminal to ask on. */
export async function askSecret(question: string): Promise<Secret> {
  if (!process.stdin.isTTY) {
    throw new Problem({
      code: 'no-terminal',
      what: `${question} cannot be asked: there is no terminal`,
      remedy: 'Set ansible_become_password in an encrypted variables file (see `runbook vault`).',
    });
  }
  const { createInterface } = await import('node:readline/promises');
  process.stderr.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return Secret.of(await lines.question(''));
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
