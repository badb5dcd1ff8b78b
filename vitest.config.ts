import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { parse } from 'yaml';

/** Which files of test/ssh run over which transports. */
const TRANSPORTS: Readonly<Record<string, { readonly over: string; readonly plain?: boolean }>> = parse(
  readFileSync(join(import.meta.dirname, 'test/ssh/transports.yml'), 'utf8'),
);

function filesOver(isMeant: (row: { readonly over: string; readonly plain?: boolean }) => boolean): string[] {
  return Object.entries(TRANSPORTS).flatMap(([name, row]) => (isMeant(row) ? [`test/ssh/${name}.test.ts`] : []));
}

/**
 * unit: quick and alone. ssh: real OpenSSH servers on loopback; openssh: most of them by the system's ssh; plain-ssh:
 * some without the patches that only save time. browser: pages in Chromium. lab: real hosts, one file after another. e2e: so, with clusters in use.
 */
export default defineConfig({
  test: {
    // Counted when asked for by --coverage: what runs in the processes of the tests, not in programs that they start.
    coverage: {
      provider: 'v8',
      include: ['engine/**/*.ts'],
      reporter: ['json-summary', 'html'],
      reportsDirectory: 'coverage',
    },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/ssh/**', 'test/browser/**', 'test/lab/**', 'test/e2e/**', 'test/bench/**'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          globalSetup: 'test/system-packages.ts',
        },
      },
      {
        test: {
          name: 'ssh',
          include: ['test/ssh/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          globalSetup: 'test/system-packages.ts',
        },
      },
      {
        test: {
          name: 'openssh',
          include: filesOver(({ over }) => over === 'both'),
          env: { RUNBOOK_TEST_TRANSPORT: 'openssh' },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          globalSetup: 'test/system-packages.ts',
        },
      },
      {
        test: {
          name: 'plain-ssh',
          include: filesOver(({ plain }) => plain === true),
          env: { RUNBOOK_PLAIN_SSH: '1' },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          globalSetup: 'test/system-packages.ts',
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          globalSetup: 'test/browser/chromium.ts',
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          testTimeout: 20 * 60_000,
          hookTimeout: 40 * 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 20 * 60_000,
          hookTimeout: 40 * 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
