import { describe, expect, test } from 'vitest';
import { module } from '../../engine/modules/docker_container.ts';
import { type ContainerImageState, containerImage } from '../../engine/resources/container-image.ts';
import { type ContainerState, container } from '../../engine/resources/container.ts';
import type { ContainerAnswer } from '../../engine/resources/containers/container-program.ts';
import { planWith, seenAs } from './system-host.ts';

const ANY = { name: 'any', preamble: '' } as const;
const web = container('web', ANY);
const image = containerImage('nginx:1', ANY);
const known = <State>(state: State): ContainerAnswer<State> => ({ kind: 'known', state });
const there = (more: Partial<Extract<ContainerState, { exists: true }>> = {}): ContainerAnswer<ContainerState> =>
  known({
    exists: true,
    id: 'x',
    image: 'one',
    isRunning: true,
    isPaused: false,
    health: '',
    settings: { user: 'app', env: { A: 'digest' } },
    ...more,
  });
const pulled = known<ContainerImageState>({ exists: true, id: 'one', names: [] });
const missing = known<ContainerImageState>({ exists: false });
const plan = (
  args: object,
  states: { readonly web?: ContainerAnswer<ContainerState>; readonly image?: ContainerAnswer<ContainerImageState> },
  later: readonly { readonly key: string }[] = [],
) =>
  planWith(
    module,
    { name: 'web', image: 'nginx:1', ...args },
    seenAs(
      [
        [web, states.web ?? there()],
        [image, states.image ?? pulled],
      ],
      later,
    ),
  );

async function scriptOf(outcome: ReturnType<typeof plan>): Promise<string> {
  if (outcome.kind !== 'change') throw new Error(`expected a change: ${outcome.kind}`);
  return (await outcome.apply()).script;
}

describe('a container', () => {
  test.each([
    ['that is as the task says', {}, {}, 'in_sync', undefined],
    ['that is stopped', {}, { web: there({ isRunning: false }) }, 'change', 'certain'],
    ['with another image', {}, { web: there({ image: 'two' }) }, 'change', 'certain'],
    ['whose image is gone', {}, { image: missing }, 'change', 'certain'],
    ['with another setting', { user: 'root' }, {}, 'change', 'certain'],
    ['with a setting that the program does not tell', { sysctls: { a: 1 } }, {}, 'in_sync', undefined],
    ['whose image may be newer', { pull: 'always' }, {}, 'change', 'opaque'],
    ['that is restarted each time', { restart: true }, {}, 'change', 'certain'],
    ['that must not run', { state: 'stopped' }, {}, 'change', 'certain'],
    ['that need not run', { state: 'present' }, { web: there({ isRunning: false }) }, 'in_sync', undefined],
    [
      'that must not be there',
      { state: 'absent' },
      { web: known<ContainerState>({ exists: false }) },
      'in_sync',
      undefined,
    ],
    ['that is not healthy yet', { state: 'healthy' }, { web: there({ health: 'starting' }) }, 'change', 'certain'],
    ['that is healthy', { state: 'healthy' }, { web: there({ health: 'healthy' }) }, 'in_sync', undefined],
  ] as const)('%s', (...[, args, states, kind, certainty]) => {
    const outcome = plan(args, states);
    expect(outcome.kind).toBe(kind);
    if (certainty !== undefined) expect(outcome).toMatchObject({ certainty });
  });

  test('is made before the old one is removed', async () => {
    const script = await scriptOf(plan({ user: 'root' }, {}));
    const steps = ['create --name web.runbook-new', 'rm --force web >', 'rename web.runbook-new web', 'start web'];
    expect(steps.map((step) => script.indexOf(step))).toEqual(
      steps.map((step) => script.indexOf(step)).toSorted((a, b) => a - b),
    );
    expect(steps.every((step) => script.includes(step))).toBe(true);
  });

  test('shows no value of a variable', () => {
    const outcome = plan({ env: { A: 'value-of-a' } }, {});
    expect(outcome).toMatchObject({ differences: [{ field: 'env', before: 'other values of A', after: 'A' }] });
  });
});

describe('a host without the program', () => {
  test.each([
    [{ kind: 'no_program' }, 'this host has neither docker nor podman', 'package: { name: docker.io }'],
    [
      { kind: 'unanswered', why: 'Cannot connect to the Docker daemon' },
      'docker does not answer',
      'service: { name: docker',
    ],
    [
      { kind: 'unanswered', why: 'permission denied while trying to connect' },
      'docker does not answer',
      'become: true',
    ],
  ] as const)('%j', (answer, what, remedy) => {
    expect(plan({}, { web: answer })).toMatchObject({
      kind: 'impossible',
      what,
      remedy: expect.stringContaining(remedy),
    });
  });

  test('gets its first container after an earlier task has brought the program', () => {
    const none = { kind: 'no_program' } as const;
    expect(plan({}, { web: none, image: none }, [web, image])).toMatchObject({
      kind: 'change',
      certainty: 'after_change',
    });
  });
});
