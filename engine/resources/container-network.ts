import type { Request } from './base/resource.ts';
import {
  type ContainerAnswer,
  type ContainerProgram,
  containerKind,
  containerRequest,
} from './containers/container-program.ts';
import { entriesOf, listOf, mapOf, partOf, textOf } from './containers/json-parts.ts';

/** A network of docker or podman. In a prediction, undefined fields are not known. */
export type ContainerNetworkState =
  | { readonly exists: false }
  | {
      readonly exists: true;
      readonly driver: string;
      readonly isInternal: boolean;
      readonly hasIpv6: boolean;
      readonly options: Readonly<Record<string, string>>;
      readonly labels: Readonly<Record<string, string>>;
      /** The subnets, each with its range and gateway as far as the program tells them. */
      readonly subnets: readonly ContainerSubnet[];
      /** The names of the containers that are connected and run. Undefined: the program does not tell them. */
      readonly containers: readonly string[] | undefined;
    };

export interface ContainerSubnet {
  readonly subnet: string;
  readonly gateway: string;
  readonly range: string;
}

const networks = containerKind<ContainerNetworkState>({
  name: 'container_network',
  type: 'network',
  decode(info) {
    if (info === undefined) return { exists: false };
    const ofDocker = listOf(info, 'IPAM', 'Config').map((one) => ({
      subnet: textOf(one, 'Subnet'),
      gateway: textOf(one, 'Gateway'),
      range: textOf(one, 'IPRange'),
    }));
    const ofPodman = listOf(info, 'subnets').map((one) => ({
      subnet: textOf(one, 'subnet'),
      gateway: textOf(one, 'gateway'),
      range: '',
    }));
    const isDocker = partOf(info, 'Driver') !== undefined;
    const key = (name: string): string => (isDocker ? name : name.toLowerCase());
    return {
      exists: true,
      driver: textOf(info, key('Driver')),
      isInternal: partOf(info, key('Internal')) === true,
      hasIpv6: partOf(info, isDocker ? 'EnableIPv6' : 'ipv6_enabled') === true,
      options: mapOf(info, key('Options')),
      labels: mapOf(info, key('Labels')),
      subnets: isDocker ? ofDocker : ofPodman,
      containers: isDocker
        ? entriesOf(info, 'Containers')
            .map(([, one]) => textOf(one, 'Name'))
            .toSorted()
        : undefined,
    };
  },
  disagreement(predicted, seen) {
    if (predicted.exists !== seen.exists) return seen.exists ? 'still exists' : 'does not exist';
    if (!predicted.exists || !seen.exists) return undefined;
    if (predicted.driver !== seen.driver) return `driver is ${seen.driver}, should be ${predicted.driver}`;
    if (predicted.isInternal !== seen.isInternal) return seen.isInternal ? 'is internal' : 'is not internal';
    const missing = (predicted.containers ?? []).find((one) => seen.containers?.includes(one) === false);
    return missing === undefined ? undefined : `is not connected to ${missing}`;
  },
});

export function containerNetwork(
  name: string,
  program: ContainerProgram,
): Request<ContainerProgram, ContainerAnswer<ContainerNetworkState>> {
  return containerRequest(networks, name, program);
}
