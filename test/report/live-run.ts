// Is run on a pseudo-terminal by terminal.test.ts: a play with twenty changes, and the requested kind of end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startReport } from '../../engine/report/report.ts';
import { changed, ended, finished, playStarted, recapOf, started, taskAt } from './sink.ts';

const how = process.argv[2];
const journal = mkdtempSync(join(tmpdir(), 'runbook-live-'));
process.on('exit', () => rmSync(journal, { recursive: true, force: true }));

// Rows alone do not keep the program running.
const alive = setInterval(() => {}, 1000);
const shown = rowsAreShown();
const report = startReport({
  format: 'auto',
  mode: 'play',
  diff: false,
  verbosity: 0,
  stdout: process.stdout,
  stderr: process.stderr,
  journal,
  command: [],
});
report.emit(started('play', ['a']));
report.emit(playStarted(['a']));
for (let line = 1; line <= 10; line += 1) report.emit(finished('a', taskAt(line), changed()));
await shown;
clearInterval(alive);
process.stderr.write('a notice from elsewhere\n');
for (let line = 11; line <= 20; line += 1) report.emit(finished('a', taskAt(line), changed()));
if (how === 'exits') process.exit(7);
if (how === 'throws') throw new Error('a fault');
report.emit(ended(recapOf('a', { changed: 20 })));
await report.finish();

function rowsAreShown(): Promise<void> {
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  return new Promise((resolve) => {
    stdout.write = (chunk: string | Uint8Array, ...rest: readonly never[]): boolean => {
      if (String(chunk).includes('Play: 1 host')) resolve();
      return write(chunk, ...rest);
    };
  });
}
