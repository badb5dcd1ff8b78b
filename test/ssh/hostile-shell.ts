import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

// A `sh` of a login user that passes everything to a real one until a word has come on its stdin a number of times. The
// JSON file in its first argument has the word, the number, and the behavior from then on. Node runs it in place of the
// `sh` of a host.

export interface Trap {
  readonly word: string;
  /** 1 means the first time. */
  readonly times: number;
  readonly how: Hostility;
}

export type Hostility =
  /** Is silent from then on. */
  | 'silent'
  /** Begins the answer, and continues it byte by byte forever. */
  | 'dripping'
  /** Begins the answer with a line that never ends. */
  | 'endless line'
  /** Ends the answer, and continues with an exit status that never ends. */
  | 'endless status'
  /** Ends the answer without an exit status. */
  | 'no status'
  /** Runs the script, and ignores all further input. */
  | 'deaf';

const [file = ''] = process.argv.slice(2);
const trap = JSON.parse(readFileSync(file, 'utf8')) as Trap;
const real = spawn('/bin/sh', [], { stdio: ['pipe', 'inherit', 'inherit'] });
real.on('exit', (status) => process.exit(status ?? 1));

let count = 0;
process.stdin.on('data', (data: Buffer) => {
  const text = data.toString('latin1');
  if (text.includes(trap.word)) count += 1;
  if (count < trap.times) return void real.stdin.write(data);
  process.stdin.removeAllListeners('data');
  writeFileSync(`${file}.sprung`, 'yes');
  if (trap.how === 'deaf') real.stdin.write(data);
  misbehave(trap.how, /_[0-9a-f]{16,}(?=\{)/.exec(text)?.[0] ?? '');
});
process.stdin.on('end', () => process.exit(0));

function misbehave(how: Hostility, marker: string): void {
  // Its stdin is no longer read, so it ends when the process of the server above it ends.
  process.stdin.pause();
  setInterval(() => process.ppid === 1 && process.exit(), 200);
  process.stdout.on('error', () => process.exit(1));
  switch (how) {
    case 'silent':
    case 'deaf':
      return;
    case 'dripping':
      process.stdout.write(`${marker}{`);
      return void setInterval(() => process.stdout.write('x'), 20);
    case 'endless line':
      process.stdout.write(`${marker}{`);
      return flood('x');
    case 'endless status':
      process.stderr.write(`${marker}{${marker}}\n`);
      process.stdout.write(`${marker}{${marker}}`);
      return flood('1');
    case 'no status':
      process.stderr.write(`${marker}{${marker}}\n`);
      return void process.stdout.write(`${marker}{${marker}}\n`);
    default: {
      const never: never = how;
      throw new Error(`unknown hostility ${String(never)}`);
    }
  }
}

function flood(letter: string): void {
  const piece = letter.repeat(65_536);
  const more = (): void => {
    while (process.stdout.write(piece));
    process.stdout.once('drain', more);
  };
  more();
}
