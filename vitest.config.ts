import { defineConfig } from 'vitest/config';

/**
 * unit: quick and alone. ssh: real OpenSSH servers on loopback; openssh: some of them by the system's ssh; plain-ssh:
 * some without the patches that only save time. lab: real hosts, one file after another. e2e: so, with clusters in use.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/ssh/**', 'test/lab/**', 'test/e2e/**', 'test/bench/**'],
          testTimeout: 60_000,
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
          include: [
            'session',
            'upload',
            'sudo',
            'connecting',
            'proxy-command',
            'cut',
            'operators',
            'restart',
            'resume',
            'faulty-hosts',
            'hostile-hosts',
            'rekeying',
            'host-down',
            'crash',
            'ipv6',
            'injection',
            'left-behind',
          ].map((name) => `test/ssh/${name}.test.ts`),
          env: { RUNBOOK_TEST_TRANSPORT: 'openssh' },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          globalSetup: 'test/system-packages.ts',
        },
      },
      {
        test: {
          name: 'plain-ssh',
          include: ['connecting', 'rekeying', 'session', 'upload'].map((name) => `test/ssh/${name}.test.ts`),
          env: { RUNBOOK_PLAIN_SSH: '1' },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          globalSetup: 'test/system-packages.ts',
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
