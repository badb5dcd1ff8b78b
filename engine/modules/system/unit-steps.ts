import type { UnitState } from '../../resources/system/unit-state.ts';
import { isDisabled, isDoneOneshot, isEnabled, isRunning, missingLinks, unitName } from '../../resources/unit.ts';
import { type ValueMap, Unknown } from '../../values/base/value.ts';
import type { Difference } from '../base/module.ts';

/** The wanted state of a unit. */
export interface UnitWish {
  readonly name: string;
  readonly state?: 'started' | 'stopped' | 'restarted' | 'reloaded' | undefined;
  readonly enabled?: boolean | undefined;
  readonly masked?: boolean | undefined;
  readonly daemon_reload: boolean;
  readonly no_block: boolean;
}

/** The names of finished run steps. */
export const DONE = { start: 'started', stop: 'stopped', restart: 'restarted', reload: 'reloaded' } as const;

/** The commands that bring a unit to its wanted state; undefined for a command that is not needed. */
export interface UnitSteps {
  readonly differences: readonly Difference[];
  readonly reload: boolean;
  readonly mask: 'mask' | 'unmask' | undefined;
  /** `reenable`: the links differ from those in the section [Install]. */
  readonly enable: 'enable' | 'reenable' | 'disable' | undefined;
  readonly run: 'start' | 'stop' | 'restart' | 'reload' | undefined;
}

/** Returns the commands that a unit needs, and what they change. */
export function findSteps(wish: UnitWish, state: UnitState): UnitSteps {
  const isMasked = state.load === 'masked' || state.file === 'masked';
  const mask = findMask(wish.masked, isMasked);
  const enable = wish.enabled === undefined ? undefined : findEnable(wish.enabled, state);
  const run = findRun(wish, state);
  const rereads = wish.daemon_reload && state.needsReload && isRunning(state);
  const isUnread = state.needsReload || state.load === 'bad-setting' || state.load === 'error' || mask === 'unmask';
  const fields: readonly (Field | undefined)[] = [
    mask === undefined ? undefined : ['masked', isMasked, !isMasked],
    enableField(enable, state),
    run === undefined ? undefined : ['state', state.active, DONE[run]],
    rereads ? ['read', 'before its file changed', 'as its file is'] : undefined,
  ];
  return {
    differences: fields.flatMap((field) => (field === undefined ? [] : [difference(wish, field)])),
    reload: rereads || (isUnread && usesUnit({ enable, run })),
    mask,
    enable,
    run,
  };
}

type Field = readonly [name: string, before: string | boolean, after: string | boolean];

function difference(wish: UnitWish, [field, before, after]: Field): Difference {
  return { kind: 'field', of: `unit ${unitName(wish.name)}`, field, before, after };
}

function enableField(enable: UnitSteps['enable'], { links = [], wantedLinks = [] }: UnitState): Field | undefined {
  if (enable === undefined) return undefined;
  if (enable === 'reenable') return ['links', links.join(', '), wantedLinks.join(', ')];
  return ['enabled', enable === 'disable', enable === 'enable'];
}

/** Returns whether the steps need the content of the unit file. */
function usesUnit({ enable, run }: Pick<UnitSteps, 'enable' | 'run'>): boolean {
  return enable === 'enable' || enable === 'reenable' || (run !== undefined && run !== 'stop');
}

function findMask(wanted: boolean | undefined, isMasked: boolean): UnitSteps['mask'] {
  if (wanted === undefined || wanted === isMasked) return undefined;
  return wanted ? 'mask' : 'unmask';
}

function findEnable(wanted: boolean, state: UnitState): UnitSteps['enable'] {
  const { file = '' } = state;
  if (!wanted) return isDisabled(file) ? undefined : 'disable';
  if (!isEnabled(file)) return 'enable';
  return missingLinks(state).length > 0 ? 'reenable' : undefined;
}

function findRun(wish: UnitWish, state: UnitState): UnitSteps['run'] {
  switch (wish.state) {
    case undefined:
      return undefined;
    case 'started':
      if (isRunning(state) || (wish.no_block && state.active === 'activating')) return undefined;
      return isDoneOneshot(state) && state.ran === true ? undefined : 'start';
    case 'stopped':
      return state.active === 'inactive' || state.active === 'failed' ? undefined : 'stop';
    case 'restarted':
      return 'restart';
    case 'reloaded':
      return isRunning(state) ? 'reload' : 'start';
  }
}

/** Returns the state of the unit after the steps. */
export function afterSteps(wish: UnitWish, state: UnitState, steps: UnitSteps): UnitState {
  const file = fileAfter(state, steps);
  const load = loadAfter(state, steps);
  const linked = linksAfter(state, steps);
  return {
    ...state,
    ...(steps.run === undefined ? {} : afterRun(wish, { ...state, ...linked }, steps.run)),
    load,
    file,
    ...(steps.mask === 'unmask' ? { isBehindMask: true } : {}),
    ...linked,
    needsReload: state.needsReload && !steps.reload && steps.enable === undefined && steps.mask === undefined,
  };
}

function loadAfter({ load }: UnitState, { mask, run, enable, reload }: UnitSteps): string {
  if (mask === 'mask') return 'masked';
  if (mask === 'unmask') return usesUnit({ enable, run }) ? 'loaded' : 'unmasked';
  return (load === 'bad-setting' || load === 'error') && reload ? 'loaded' : load;
}

/**
 * Returns whether the unit is enabled after the steps; undefined for an unmasked unit, because only systemd knows that.
 */
function fileAfter(state: UnitState, steps: UnitSteps): UnitState['file'] {
  if (steps.mask === 'mask') return 'masked';
  if (steps.enable !== undefined) return steps.enable === 'disable' ? 'disabled' : 'enabled';
  return steps.mask === 'unmask' ? undefined : state.file;
}

function linksAfter({ wantedLinks, links }: UnitState, { enable, mask }: UnitSteps): Partial<UnitState> {
  if (mask !== undefined) return { wantedLinks: undefined, links: undefined };
  if (enable === undefined) return {};
  return {
    links:
      enable === 'disable' ? [] : enable === 'enable' && wantedLinks === undefined ? undefined : (wantedLinks ?? links),
  };
}

function afterRun(wish: UnitWish, state: UnitState, run: NonNullable<UnitSteps['run']>): Partial<UnitState> {
  if (run === 'stop') return { active: 'inactive', sub: undefined, invocation: undefined, endedInvocation: undefined };
  const oneshot = state.type === 'oneshot' && state.remainsAfterExit !== true;
  const active = oneshot ? 'inactive' : wish.no_block ? 'activating' : 'active';
  const ran = oneshot ? isKept(state) || undefined : state.ran;
  const settled = { active, sub: undefined, result: 'success', ran, invocation: undefined };
  return { ...settled, endedInvocation: run === 'restart' ? state.invocation : undefined };
}

/**
 * Returns whether systemd remembers that a unit has run. It unloads an ended unit that no loaded unit needs, and
 * forgets that it has run.
 */
function isKept({ links = [] }: UnitState): boolean {
  return links.some((link) => /^(?:multi-user|graphical|basic|sysinit|timers|sockets)\.target\./.test(link));
}

/** Returns the result for `register`. */
export function unitResult(wish: UnitWish, state: UnitState): ValueMap {
  const later = new Unknown(`whether ${wish.name} is enabled is known after the change`);
  return {
    name: wish.name,
    state: isUp(wish, state) ? 'started' : 'stopped',
    enabled:
      state.file === undefined ? later : isEnabled(state.file) && !(wish.enabled === false && isDisabled(state.file)),
    masked: state.load === 'masked',
    status: {
      LoadState: state.load,
      ActiveState: state.active,
      SubState: state.sub ?? '',
      UnitFileState: state.file ?? later,
    },
  };
}

/** Returns whether the unit counts as started. This includes a finished oneshot unit, if the task wants it started. */
function isUp(wish: UnitWish, state: UnitState): boolean {
  const isDone = isDoneOneshot(state) && wish.state !== undefined && wish.state !== 'stopped';
  return isRunning(state) || state.active === 'activating' || isDone;
}
