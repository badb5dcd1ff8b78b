import { expect, test } from 'vitest';
import { obstacleOf } from '../../../engine/modules/kubernetes/kubernetes-obstacle.ts';

/** What kubectl 1.36 prints, and the beginning of the remedy. */
test.each([
  ['Error in configuration: context was not found for specified context: nosuch', 'Correct context'],
  ['error: context "nosuch" does not exist', 'Correct context'],
  [
    'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
    'Name a kubeconfig on',
  ],
  [
    'error: error loading config file "/etc/kubernetes/admin.conf": open /etc/kubernetes/admin.conf: permission denied',
    'Correct kubeconfig',
  ],
  ['error: stat /nowhere: no such file or directory', 'Correct kubeconfig'],
  ['error: You must be logged in to the server (Unauthorized)', 'Name a kubeconfig whose user'],
  ['Unable to connect to the server: dial tcp 127.0.0.1:1: connect: connection refused', 'Start the cluster'],
])('%j', (why, remedy) => {
  expect(obstacleOf({ kind: 'unanswered', why })).toMatchObject({ why, remedy: expect.stringMatching(`^${remedy}`) });
});
