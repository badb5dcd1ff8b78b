// Measures the cost of the live view: `node test/bench/live-view.ts [HOSTS] [SECONDS]`. All hosts change something,
// print a line per second and finish a task every five seconds; nothing else happens. Prints the per cent of one core,
// and the number of bytes that were written.
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WriteStream } from 'node:tty';
import { terminal } from '../../engine/report/run/terminal.ts';
import { changed, finished, playStarted, taskAt } from '../report/sink.ts';

const [hosts = 1000, seconds = 10] = process.argv.slice(2).map(Number);
/** In each slice of this length, this many hosts do something. */
const SLICE_MS = 50;
const SLICES_A_SECOND = 1000 / SLICE_MS;

class Window extends Writable {
  readonly columns = 120;
  readonly rows = 40;
  bytes = 0;
  writes = 0;

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.bytes += chunk.length;
    this.writes += 1;
    done();
  }
}

/** Returns the per cent of one core that calls of `slice` in a loop take. */
async function measure(slice: (index: number) => void): Promise<number> {
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  for (let index = 0; performance.now() - began < seconds * 1000; index += 1) {
    slice(index);
    await sleep(SLICE_MS);
  }
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1000 / (performance.now() - began);
}

const names = Array.from({ length: hosts }, (_, index) => `web-${index}.eu-central.prod.example.com`);
const window = new Window();
const idle = await measure(() => {});
const nothing = { show: () => {}, finish: () => Promise.resolve() };
// The live view uses only these parts of a terminal.
const view = terminal(
  window as unknown as WriteStream,
  (_, text) => text,
  () => nothing,
);
const at = new Date();
const live = (host: string, activity: Parameters<NonNullable<typeof view.live>>[0]['activity']): void =>
  view.live?.({ host, activity });

function begin(host: string, task: number): void {
  live(host, { kind: 'at_task', task: taskAt(task), item: undefined, number: task, of: 40 });
  view.show({ type: 'task_started', host, task: taskAt(task), item: undefined }, at);
  live(host, { kind: 'changing' });
}

view.show(playStarted(names), at);
for (const host of names) begin(host, 1);
const busy = await measure((index) => {
  for (const [number, host] of names.entries()) {
    if ((number + index) % SLICES_A_SECOND === 0) live(host, { kind: 'printing', line: `step ${index} of this host` });
    if ((number + index) % (5 * SLICES_A_SECOND) !== 0) continue;
    view.show(finished(host, taskAt(1), changed()), at);
    begin(host, 2);
  }
});
await view.finish();
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
process.stdout.write(
  `${hosts} hosts, ${seconds} s: ${percent(busy - idle)} of a core (without the view ${percent(idle)}), ` +
    `${Math.round(window.writes / seconds)} writes and ${Math.round(window.bytes / seconds / 1000)} kB a second\n`,
);
