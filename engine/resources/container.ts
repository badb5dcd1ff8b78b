import type { Request } from './base/resource.ts';
import {
  type ContainerAnswer,
  type ContainerProgram,
  containerKind,
  containerRequest,
} from './containers/container-program.ts';
import { type Setting, settingsOf } from './containers/container-settings.ts';
import { partOf, textOf } from './containers/json-parts.ts';

/** A container of docker or podman. */
export type ContainerState =
  | { readonly exists: false }
  | {
      readonly exists: true;
      /** Undefined in a prediction: it is made by the change. */
      readonly id: string | undefined;
      /** The id of its image. Undefined in a prediction: not known. */
      readonly image: string | undefined;
      readonly isRunning: boolean;
      readonly isPaused: boolean;
      /** `healthy`, `starting`, …; empty without a check. Undefined in a prediction: not known. */
      readonly health: string | undefined;
      /** In a prediction, only those that the task names. */
      readonly settings: Readonly<Record<string, Setting>>;
    };

export const containers = containerKind<ContainerState>({
  name: 'container',
  type: 'container',
  decode(info) {
    if (info === undefined) return { exists: false };
    return {
      exists: true,
      id: textOf(info, 'Id'),
      image: plainId(textOf(info, 'Image')),
      isRunning: partOf(info, 'State', 'Running') === true,
      isPaused: partOf(info, 'State', 'Paused') === true,
      health: textOf(info, 'State', 'Health', 'Status') || textOf(info, 'State', 'Healthcheck', 'Status'),
      settings: settingsOf(info),
    };
  },
  disagreement(predicted, seen) {
    if (predicted.exists !== seen.exists) return seen.exists ? 'still exists' : 'does not exist';
    if (!predicted.exists || !seen.exists) return undefined;
    if (predicted.isRunning !== seen.isRunning) return seen.isRunning ? 'still runs' : 'does not run';
    if (predicted.isPaused !== seen.isPaused) return seen.isPaused ? 'is paused' : 'is not paused';
    if (predicted.image !== undefined && predicted.image !== seen.image) return 'has another image';
    for (const [name, wanted] of Object.entries(predicted.settings)) {
      const is = seen.settings[name];
      if (is !== undefined && !isSetting(is, wanted)) return `${name} is ${shown(is)}, should be ${shown(wanted)}`;
    }
    return undefined;
  },
});

/** podman leaves out the kind of the digest. */
export function plainId(id: string): string {
  return id.replace(/^sha256:/, '');
}

/**
 * Returns whether a setting has the wanted value. A text or a list must be equal. A map must have the wanted members,
 * and may have others. An empty part of a port matches every value.
 */
export function isSetting(is: Setting, wanted: Setting): boolean {
  if (typeof wanted === 'string') return is === wanted;
  if (Array.isArray(wanted)) return JSON.stringify(is) === JSON.stringify(wanted);
  if (typeof is !== 'object') return false;
  return Object.entries(wanted).every(([name, value]) => Reflect.get(is, name) === value);
}

function shown(setting: Setting): string {
  return typeof setting === 'string' ? setting : JSON.stringify(setting);
}

export function container(
  name: string,
  program: ContainerProgram,
): Request<ContainerProgram, ContainerAnswer<ContainerState>> {
  return containerRequest(containers, name, program);
}
