// Is loaded into the measured process (`node --import`). At its exit, writes the costs of the process to the file in
// BENCH_PROBE.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env['BENCH_PROBE'];
if (file !== undefined) {
  const RESOLUTION_MS = 5;
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const cost = {
      peakMemoryMiB: maxRSS / 1024,
      cpuMs: (userCPUTime + systemCPUTime) / 1000,
      // If nothing blocks, a sample is late by its own interval.
      longestBlockMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
    };
    writeFileSync(file, JSON.stringify(cost));
  });
}
