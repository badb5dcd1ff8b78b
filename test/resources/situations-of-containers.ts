import * as fc from 'fast-check';
import type { Request } from '../../engine/resources/base/resource.ts';
import { containerImage } from '../../engine/resources/container-image.ts';
import { containerNetwork } from '../../engine/resources/container-network.ts';
import { containerVolume } from '../../engine/resources/container-volume.ts';
import { container } from '../../engine/resources/container.ts';
import { settingsOf } from '../../engine/resources/containers/container-settings.ts';
import type { Situation, Situations } from './situation.ts';

const DOCKER = { name: 'docker', preamble: '' } as const;
const word = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !text.includes('\0'));

/** A program that says this. The real ones are asked in test/lab/containers.test.ts. */
function program(request: Request, state: unknown, info: unknown): Situation {
  const answer =
    info === undefined ? "echo 'Error: No such object: a' >&2; exit 1" : `cat <<'END'\n${JSON.stringify([info])}\nEND`;
  return {
    host: { programs: { 'bin/docker': `#!/bin/sh\n${answer}\n` } },
    asks: [{ request, is: () => ({ kind: 'known', state }) }],
  };
}

const maybe = fc.boolean();

export const CONTAINERS: Readonly<Record<string, Situations>> = {
  container: () =>
    fc.tuple(maybe, word).map(([exists, label]) => {
      const info = {
        Id: 'one',
        Image: 'sha256:two',
        State: { Running: true, Paused: false },
        Config: { Labels: { label } },
        HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] } },
      };
      const state = {
        exists: true,
        id: 'one',
        image: 'two',
        isRunning: true,
        isPaused: false,
        health: '',
        settings: settingsOf(info),
      };
      return program(container('a', DOCKER), exists ? state : { exists }, exists ? info : undefined);
    }),
  container_image: () =>
    fc
      .tuple(maybe, word)
      .map(([exists, name]) =>
        program(
          containerImage('a', DOCKER),
          exists ? { exists, id: 'x', names: [name] } : { exists },
          exists ? { Id: 'sha256:x', RepoTags: [name] } : undefined,
        ),
      ),
  container_volume: () =>
    fc
      .tuple(maybe, word)
      .map(([exists, label]) =>
        program(
          containerVolume('a', DOCKER),
          exists ? { exists, driver: 'local', options: {}, labels: { label } } : { exists },
          exists ? { Driver: 'local', Labels: { label }, Options: null } : undefined,
        ),
      ),
  container_network: () =>
    fc.tuple(maybe, maybe, maybe).map(([exists, isDocker, isInternal]) => {
      const subnet = { subnet: '10.0.0.0/24', gateway: '10.0.0.1' };
      const ofDocker = {
        Driver: 'bridge',
        Internal: isInternal,
        EnableIPv6: false,
        IPAM: { Config: [{ Subnet: subnet.subnet, Gateway: subnet.gateway }] },
        Containers: { x: { Name: 'web' } },
      };
      const ofPodman = { driver: 'bridge', internal: isInternal, ipv6_enabled: false, subnets: [subnet] };
      return program(
        containerNetwork('a', DOCKER),
        exists
          ? {
              exists,
              driver: 'bridge',
              isInternal,
              hasIpv6: false,
              options: {},
              labels: {},
              subnets: [{ ...subnet, range: '' }],
              containers: isDocker ? ['web'] : undefined,
            }
          : { exists },
        exists ? (isDocker ? ofDocker : ofPodman) : undefined,
      );
    }),
};
