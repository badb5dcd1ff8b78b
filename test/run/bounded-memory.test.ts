import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** The output of hosts is bounded before it is stored. */
const ROOT = join(import.meta.dirname, '../..');
const PROBE = join(ROOT, 'test/bench/controller-probe.ts');
/** A run without tasks takes a quarter of it. */
const MOST_MIB = 500;

test('huge files and endless output take no memory to speak of, and are told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bounded-'));
  try {
    const huge = join(folder, 'huge');
    writeFileSync(huge, '');
    truncateSync(huge, 4 * 2 ** 30);
    const tasks = [
      { name: 'edit', lineinfile: { path: huge, line: 'x' }, ignore_errors: true },
      { name: 'read', slurp: { src: huge }, ignore_errors: true },
      { name: 'print', shell: 'yes | head -c 600000000', ignore_errors: true },
      { name: 'print lines', shell: 'seq 1 3000000', register: 'lines' },
      { name: 'many', debug: { msg: '{{item}}' }, loop: Array.from({ length: 10_000 }, (_, index) => index) },
    ];
    writeFileSync(join(folder, 'site.yml'), JSON.stringify([{ hosts: 'localhost', tasks }]));
    const probe = join(folder, 'cost.json');
    const argv = ['--import', pathToFileURL(PROBE).href, join(ROOT, 'bin/runbook.js'), 'play', 'site.yml'];
    const { stdout } = await promisify(execFile)(process.execPath, argv, {
      cwd: folder,
      env: { ...process.env, BENCH_PROBE: probe },
      maxBuffer: 64 * 2 ** 20,
    });
    expect(stdout).toContain('edit: ');
    expect(stdout).toContain('is too large to be read');
    expect(stdout).toMatch(/ok +changed +failed +ignored\nlocalhost +\d+ +2 +0 +2$/m);
    const { peakMemoryMiB }: { readonly peakMemoryMiB: number } = JSON.parse(readFileSync(probe, 'utf8'));
    expect(peakMemoryMiB).toBeLessThan(MOST_MIB);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
