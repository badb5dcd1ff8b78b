import { expect, test } from 'vitest';
import { connectionContext } from '../../../engine/connection/connection.ts';
import { explainOpensshFailure } from '../../../engine/connection/openssh/openssh-failure.ts';
import { testTarget } from '../../ssh/test-target.ts';

/** Messages of the system's ssh for failed connections, and the code that runbook gives them. */
test.each([
  ['kex_exchange_identification: Connection closed by remote host', 'connection-dropped'],
  [
    'kex_exchange_identification: read: Connection reset by peer\nConnection reset by 127.0.0.1 port 22',
    'connection-dropped',
  ],
  ['ssh: connect to host 127.0.0.1 port 22: Connection reset by peer', 'connection-dropped'],
  ['banner exchange: Connection to 127.0.0.1 port 22: Broken pipe', 'connection-dropped'],
  ['ssh_dispatch_run_fatal: Connection to 127.0.0.1 port 22: Broken pipe', 'connection-dropped'],
  ['ssh: connect to host 127.0.0.1 port 22: Connection refused', 'connection-refused'],
  ['ssh: connect to host 127.0.0.1 port 22: No route to host', 'connection-failed'],
  ['ssh: Could not resolve hostname nowhere: Name or service not known', 'name-not-found'],
])('%s', async (said, code) => {
  const error = await explainOpensshFailure(testTarget({ port: 22 }), connectionContext(), 255, said);
  expect(error.code).toBe(code);
});
