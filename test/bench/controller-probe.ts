// Is loaded into the measured process (`node --import`). At its exit, writes the costs of the process to the file in
// BENCH_PROBE.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env['BENCH_PROBE'];
if (file !== undefined) {
  const RESOLUTION_MS = 5;
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let longestOwnMs = 0;
  let before = ownMs();
  // Runs in each turn of the event loop that takes longer. Other processes do not count: only the thread's own time.
  setInterval(() => {
    const now = ownMs();
    longestOwnMs = Math.max(longestOwnMs, now - before);
    before = now;
  }, RESOLUTION_MS).unref();
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const cost = {
      peakMemoryMiB: maxRSS / 1024,
      cpuMs: (userCPUTime + systemCPUTime) / 1000,
      // If nothing blocks, a sample is late by its own interval.
      longestBlockMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
      longestOwnBlockMs: longestOwnMs,
    };
    writeFileSync(file, JSON.stringify(cost));
  });
}

/** Processor time of this thread so far, in milliseconds. */
function ownMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
