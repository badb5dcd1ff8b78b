import { expect, test, vi } from 'vitest';
import { LocalTransport } from '../../engine/connection/local-transport.ts';

test('a shell that cannot be started is a problem of its host', async () => {
  vi.stubEnv('PATH', '/nowhere');
  try {
    await expect(new LocalTransport('web-1').start('true')).rejects.toMatchObject({
      code: 'connection-failed',
      host: 'web-1',
      what: 'web-1: no shell could be started on this machine',
      remedy: expect.stringContaining('`sh` is in the PATH'),
    });
  } finally {
    vi.unstubAllEnvs();
  }
});
