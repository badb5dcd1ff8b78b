// `npm run bench` compares runbook with Ansible, mitogen, pyinfra and the floor, on the same plays in one run.
import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { startBenchSite } from './bench-site.ts';
import { measureLargeFiles } from './large-files.ts';
import { HELP, readOptions } from './options.ts';
import { measurePlays } from './plays.ts';
import { measureScale } from './scale.ts';
import { measureStart } from './start-up.ts';
import { cellLine, playTable } from './table.ts';

const options = readOptions(process.argv.slice(2));
if (options === undefined) print(HELP);
else {
  const site = await startBenchSite();
  const interrupted = (): void => {
    void site.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const figures: Record<string, unknown> = {
      machine: {
        processor: cpus()[0]?.model,
        cores: cpus().length,
        memoryMiB: Math.round(totalmem() / 2 ** 20),
        node: process.version,
      },
      options,
    };
    const wants = (part: (typeof options.parts)[number]): boolean => options.parts.includes(part);
    if (wants('start')) figures['start'] = await measureStart(site, options, print);
    if (wants('plays')) {
      const cells = await measurePlays(site, options, (cell) => print(cellLine(cell)));
      print(playTable(cells));
      figures['plays'] = cells;
    }
    if (wants('files')) figures['files'] = await measureLargeFiles(site, options, print);
    if (wants('scale')) figures['scale'] = await measureScale(site, options, print);
    await writeFile(options.json, `${JSON.stringify(figures, undefined, 2)}\n`);
    print(`\nAll figures are in ${options.json}.`);
  } finally {
    await site.stop();
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
