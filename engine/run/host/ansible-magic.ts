import type { Play, StepFrame } from '../../playbook/base/play.ts';
import type { TagSelection } from '../../playbook/base/select-tasks.ts';
import type { Value } from '../../values/base/value.ts';

/** The values from which the variables of Ansible are made. */
export interface MagicParts {
  readonly host: string;
  readonly selection: TagSelection | undefined;
  readonly frame: StepFrame | undefined;
  /** True in a plan for a task that only prints, checks or waits. */
  readonly isPlanning: boolean;
  readonly play: MagicPlay | undefined;
}

/** A play, all its hosts, and the hosts of the current batch. */
interface MagicPlay {
  readonly play: Play;
  readonly hosts: readonly string[];
  readonly all: readonly string[];
}

/** The version of ansible-core that the language follows. */
const MODEL = { full: '2.19.14', string: '2.19.14', major: 2, minor: 19, revision: 14 } as const;

const MAGIC: ReadonlyMap<string, (parts: MagicParts) => Value | undefined> = new Map<
  string,
  (parts: MagicParts) => Value | undefined
>([
  ['ansible_check_mode', ({ isPlanning }) => isPlanning],
  ['ansible_managed', () => 'Ansible managed'],
  ['ansible_version', () => MODEL],
  ['ansible_play_name', ({ play }) => play?.play.name],
  ['ansible_play_hosts', ({ play }) => play?.all],
  ['ansible_play_hosts_all', ({ play }) => play?.all],
  ['ansible_play_batch', ({ play }) => play?.hosts],
  ['ansible_role_name', ({ frame }) => frame?.role?.name],
  ['ansible_role_names', ({ play }) => play && [...new Set(play.play.roles.map(({ name }) => name))]],
  ['ansible_run_tags', ({ selection }) => (selection?.tags.length === 0 ? ['all'] : selection?.tags)],
  ['ansible_skip_tags', ({ selection }) => selection?.skipTags],
  ['inventory_hostname_short', ({ host }) => host.split('.')[0]],
]);

/** Variables that Ansible itself sets. Each is computed when it is used. They have the lowest precedence. */
export class AnsibleMagic extends Map<string, Value> {
  readonly #parts: MagicParts;

  constructor(parts: MagicParts) {
    super();
    this.#parts = parts;
  }

  override get(name: string): Value | undefined {
    return MAGIC.get(name)?.(this.#parts);
  }
}
