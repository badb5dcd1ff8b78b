import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type Seen, predict } from '../resources/base/resource.ts';
import type { UnitState } from '../resources/system/unit-state.ts';
import { managerRequest } from '../resources/unit-manager.ts';
import {
  isDisabled,
  isDoneOneshot,
  isEnabled,
  isRunning,
  missingLinks,
  unitName,
  unitRequest,
} from '../resources/unit.ts';
import { type ValueMap, Unknown } from '../values/base/value.ts';
import { boolean } from './base/arguments.ts';
import { type Apply, type Change, type Difference, type Outcome, defineModule } from './base/module.ts';
import { forUnits, unitPermission } from './system/unit-permission.ts';

/** What is wanted of a unit. */
export interface UnitWish {
  readonly name: string;
  readonly state?: 'started' | 'stopped' | 'restarted' | 'reloaded' | undefined;
  readonly enabled?: boolean | undefined;
  readonly masked?: boolean | undefined;
  readonly daemon_reload: boolean;
  readonly no_block: boolean;
}

export const UNIT_NAME = /^(?!-)[A-Za-z0-9:_.\\-]+(@(?!\.[a-z]+$)[A-Za-z0-9:_.\\-]+)?$/;

const schema = z
  .strictObject({
    name: z
      .string()
      .regex(
        UNIT_NAME,
        'must be the name of a unit\nOf a template such as getty@.service, name an instance: getty@tty1.service',
      )
      .optional()
      .describe('The unit. Without a suffix it is a service. May be left out where only daemon_reload is asked for.'),
    state: z
      .enum(['started', 'stopped', 'restarted', 'reloaded'])
      .optional()
      .describe('`restarted` and `reloaded` always act; on a unit that does not run they start it.'),
    enabled: boolean().optional().describe('Whether the unit starts at boot.'),
    masked: boolean().optional().describe('Whether the unit is made impossible to start.'),
    daemon_reload: boolean()
      .default(false)
      .describe(
        'Have systemd read its unit files where a running unit differs from its file. Starting, restarting and enabling do so by themselves.',
      ),
    scope: z
      .literal('system', {
        error:
          'must be system\nFor units of an account write shell: "XDG_RUNTIME_DIR=/run/user/$(id -u) systemctl --user enable --now NAME" with become_user, after shell: "loginctl enable-linger ACCOUNT && systemctl start user@$(id -u ACCOUNT)" (on Debian both want the package libpam-systemd).',
      })
      .default('system')
      .describe('Whose units are meant. Only those of the system are.'),
    no_block: boolean()
      .default(false)
      .describe('Do not wait until the unit has started: `activating` will do. A restart waits until it has stopped.'),
  })
  .refine((args) => args.name !== undefined || args.daemon_reload, {
    path: ['name'],
    message: 'is needed, unless daemon_reload is true',
  })
  .refine(
    ({ masked, state, enabled }) =>
      masked !== true || (enabled !== true && (state === undefined || state === 'stopped')),
    {
      path: ['masked'],
      message:
        'cannot be true for a unit that is to run or to be enabled\nWrite masked: false; or state: stopped and enabled: false.',
    },
  );

export const module = defineModule<z.infer<typeof schema>>({
  name: 'systemd',
  summary: 'Start, stop, restart, enable and mask units of systemd.',
  arguments: schema,
  freeForm: 'name',
  aliases: { service: 'name', unit: 'name', 'daemon-reload': 'daemon_reload' },
  foreign: {
    daemon_reexec: 'Write a task of its own: command: systemctl daemon-reexec',
    'daemon-reexec': 'Write a task of its own: command: systemctl daemon-reexec',
    force:
      'Remove the link that is in the way with a task before this one: file: { path: /etc/systemd/system/NAME, state: absent }',
  },
  examples: [
    'systemd: { name: etcd, state: started, enabled: true }',
    'systemd: { name: haproxy.service, state: restarted }',
    'systemd: { daemon_reload: true }',
  ],
  observes: (args, _loaded, context) => [
    args.name === undefined ? managerRequest() : unitRequest(args.name),
    ...unitPermission(context),
  ],
  plan(args, _loaded, seen, context) {
    const outcome = args.name === undefined ? planReload(seen) : planUnit({ ...args, name: args.name }, seen);
    return forUnits(outcome, args.name ?? 'what systemd has read', seen, context);
  },
});

/**
 * The difference between a unit and what is wanted of it. The caller has `unitRequest(wish.name)` among what it
 * observes.
 */
export function planUnit(wish: UnitWish, seen: Seen): Outcome {
  const asked = unitRequest(wish.name);
  const state = seen.of(asked);
  const certainty = seen.certainty(asked);
  const hindrance = findHindrance(wish, state, certainty);
  if (hindrance !== undefined) return hindrance;
  const steps = findSteps(wish, state);
  if (steps.differences.length === 0) return { kind: 'in_sync', result: describe(wish, state) };
  const after = afterSteps(wish, state, steps);
  const result = describe(wish, after);
  return {
    kind: 'change',
    differences: steps.differences,
    ...(certainty === 'certain' ? certaintyOf(state, steps) : { certainty }),
    predictions: [predict(asked, after)],
    touches: 'predicted',
    apply: () => applySteps(wish, state, steps, result),
    planned: result,
    settled: (now) => describe(wish, now.of(asked)),
  };
}

function certaintyOf(state: UnitState, steps: Steps): Pick<Change, 'certainty'> & { readonly doubt?: string } {
  // What lies behind a mask is seen only when it is gone.
  if (
    state.isBehindMask === true ||
    (steps.mask === 'unmask' && (steps.enable !== undefined || steps.run !== undefined))
  )
    return { certainty: 'after_change', doubt: 'what lies behind the mask decides' };
  if (steps.run === 'start' && isDoneOneshot(state) && state.ran === undefined)
    return { certainty: 'after_change', doubt: 'systemd may forget that it has run' };
  return { certainty: 'certain' };
}

/** Whether systemd is to read its unit files. The caller has `managerRequest()` among what it observes. */
export function planReload(seen: Seen): Outcome {
  const asked = managerRequest();
  const { changed, running } = seen.of(asked);
  if (changed === null) return unmanaged();
  if (changed.length === 0) return { kind: 'in_sync' };
  return {
    kind: 'change',
    differences: [
      { kind: 'field', of: 'systemd', field: 'read', before: 'before these changed on disk', after: [...changed] },
    ],
    certainty: seen.certainty(asked),
    predictions: [predict(asked, { changed: [], running })],
    touches: 'predicted',
    apply: () => ({ script: 'systemctl daemon-reload\n' }),
  };
}

function unmanaged(): Outcome {
  return {
    kind: 'impossible',
    what: 'systemd does not run on this host',
    remedy: 'Use the module service, which also knows other service managers, or leave this host out with when',
  };
}

function findHindrance(wish: UnitWish, state: UnitState, certainty: 'certain' | 'after_change'): Outcome | undefined {
  const name = unitName(wish.name);
  if (state.load === 'unmanaged') return unmanaged();
  const wantsUp = (wish.state !== undefined && wish.state !== 'stopped') || wish.enabled === true;
  if (state.load === 'not-found') {
    if (wish.masked === true && !wantsUp) return undefined;
    if (certainty === 'after_change') return cannotKnow(wish, state, name);
    if (!wantsUp) return { kind: 'in_sync', result: describe(wish, state) };
    return {
      kind: 'impossible',
      what: `There is no unit ${name}`,
      remedy: 'Install the package that brings it, or write its unit file with a task before this one',
    };
  }
  if (state.load === 'unmasked' && (wantsUp || wish.enabled !== undefined)) return cannotKnow(wish, state, name);
  if (state.load === 'masked' && wantsUp && wish.masked !== false) {
    return {
      kind: 'impossible',
      what: `${name} is masked`,
      remedy: 'Set masked: false as well, if it is meant to run',
    };
  }
  if (wish.state === 'reloaded' && isRunning(state) && state.canReload === false && !state.needsReload) {
    return {
      kind: 'impossible',
      what: `${name} cannot be reloaded: it has no ExecReload`,
      remedy: 'Write state: restarted, or give it ExecReload with a task before this one',
    };
  }
  if (wish.masked === true && state.load !== 'masked' && state.fragment === `/etc/systemd/system/${name}`) {
    return {
      kind: 'impossible',
      what: `${name} cannot be masked, as its file is where the mask would be`,
      why: state.fragment,
      remedy: `Set state: stopped and enabled: false instead, or move the file to /usr/local/lib/systemd/system/${name} first`,
    };
  }
  return undefined;
}

function cannotKnow(wish: UnitWish, state: UnitState, name: string): Outcome {
  const steps = findSteps(wish, { ...state, load: 'loaded', file: 'disabled' });
  const after = afterSteps(wish, { ...state, load: 'loaded', file: undefined }, steps);
  return {
    kind: 'cannot_know',
    because:
      state.load === 'unmasked'
        ? `what ${name} is shows when an earlier task has unmasked it`
        : `${name} does not exist yet; an earlier change may bring it`,
    predictions: [predict(unitRequest(wish.name), after)],
    planned: describe(wish, after),
  };
}

const DONE = { start: 'started', stop: 'stopped', restart: 'restarted', reload: 'reloaded' } as const;

interface Steps {
  readonly differences: readonly Difference[];
  readonly reload: boolean;
  readonly mask: 'mask' | 'unmask' | undefined;
  /** `reenable`: the links are not those that [Install] wants. */
  readonly enable: 'enable' | 'reenable' | 'disable' | undefined;
  readonly run: 'start' | 'stop' | 'restart' | 'reload' | undefined;
}

function findSteps(wish: UnitWish, state: UnitState): Steps {
  const differences: Difference[] = [];
  const differ = (field: string, before: string | boolean, after: string | boolean): void => {
    differences.push({ kind: 'field', of: `unit ${unitName(wish.name)}`, field, before, after });
  };
  const masked = state.load === 'masked' || state.file === 'masked';
  const mask = wish.masked === undefined || wish.masked === masked ? undefined : wish.masked ? 'mask' : 'unmask';
  if (mask !== undefined) differ('masked', masked, !masked);
  const enable = wish.enabled === undefined ? undefined : findEnable(wish.enabled, state);
  if (enable === 'reenable') differ('links', (state.links ?? []).join(', '), (state.wantedLinks ?? []).join(', '));
  else if (enable !== undefined) differ('enabled', enable === 'disable', enable === 'enable');
  const run = findRun(wish, state);
  if (run !== undefined) differ('state', state.active, DONE[run]);
  const unread = state.needsReload || state.load === 'bad-setting' || state.load === 'error' || mask === 'unmask';
  const alone = wish.daemon_reload && state.needsReload && isRunning(state);
  if (alone) differ('read', 'before its file changed', 'as its file is');
  return {
    differences,
    reload:
      alone || (unread && (enable === 'enable' || enable === 'reenable' || (run !== undefined && run !== 'stop'))),
    mask,
    enable,
    run,
  };
}

function findEnable(wanted: boolean, state: UnitState): Steps['enable'] {
  const { file = '' } = state;
  if (!wanted) return isDisabled(file) ? undefined : 'disable';
  if (!isEnabled(file)) return 'enable';
  return missingLinks(state).length > 0 ? 'reenable' : undefined;
}

function findRun(wish: UnitWish, state: UnitState): Steps['run'] {
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

function afterSteps(wish: UnitWish, state: UnitState, steps: Steps): UnitState {
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

function loadAfter({ load }: UnitState, { mask, run, enable, reload }: Steps): string {
  if (mask === 'mask') return 'masked';
  const isUsed = (run !== undefined && run !== 'stop') || enable === 'enable' || enable === 'reenable';
  if (mask === 'unmask') return isUsed ? 'loaded' : 'unmasked';
  return (load === 'bad-setting' || load === 'error') && reload ? 'loaded' : load;
}

/** Whether a unit that is unmasked is enabled shows only then. */
function fileAfter(state: UnitState, steps: Steps): UnitState['file'] {
  if (steps.mask === 'mask') return 'masked';
  if (steps.enable !== undefined) return steps.enable === 'disable' ? 'disabled' : 'enabled';
  return steps.mask === 'unmask' ? undefined : state.file;
}

function linksAfter({ wantedLinks, links }: UnitState, { enable, mask }: Steps): Partial<UnitState> {
  if (mask !== undefined) return { wantedLinks: undefined, links: undefined };
  if (enable === undefined) return {};
  return {
    links:
      enable === 'disable' ? [] : enable === 'enable' && wantedLinks === undefined ? undefined : (wantedLinks ?? links),
  };
}

function afterRun(wish: UnitWish, state: UnitState, run: NonNullable<Steps['run']>): Partial<UnitState> {
  if (run === 'stop') return { active: 'inactive', sub: undefined, invocation: undefined, endedInvocation: undefined };
  const oneshot = state.type === 'oneshot' && state.remainsAfterExit !== true;
  const active = oneshot ? 'inactive' : wish.no_block ? 'activating' : 'active';
  const ran = oneshot ? isKept(state) || undefined : state.ran;
  const settled = { active, sub: undefined, result: 'success', ran, invocation: undefined };
  return { ...settled, endedInvocation: run === 'restart' ? state.invocation : undefined };
}

/** systemd unloads a unit that has ended and that no unit it has loaded asks for, and forgets that it has run. */
function isKept({ links = [] }: UnitState): boolean {
  return links.some((link) => /^(?:multi-user|graphical|basic|sysinit|timers|sockets)\.target\./.test(link));
}

function describe(wish: UnitWish, state: UnitState): ValueMap {
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

/** A unit that has done its work and was to be started is as it was asked for. */
function isUp(wish: UnitWish, state: UnitState): boolean {
  const isDone = isDoneOneshot(state) && wish.state !== undefined && wish.state !== 'stopped';
  return isRunning(state) || state.active === 'activating' || isDone;
}

/**
 * systemd has time limits of its own for starting and stopping; this one is only for a systemd that does not answer.
 */
const PATIENCE_MS = 30 * 60_000;

function applySteps(wish: UnitWish, state: UnitState, steps: Steps, result: ValueMap): Apply {
  const block = wish.no_block ? '--no-block ' : '';
  const lines = [
    `unit=${quote(unitName(wish.name))}`,
    'tell() { systemctl status --no-pager --full --lines=20 -- "$unit" >&2 || :; exit 1; }',
    steps.mask === 'unmask' ? 'systemctl unmask -- "$unit" || exit' : '',
    steps.reload ? 'systemctl daemon-reload || exit' : '',
    steps.enable === undefined ? '' : `systemctl ${steps.enable} -- "$unit" || exit`,
    // A unit that failed too often in a short time would refuse to start, although what it failed of has been mended.
    steps.run !== undefined && state.active === 'failed' ? 'systemctl reset-failed -- "$unit" || :' : '',
    steps.run === undefined ? '' : `systemctl ${steps.run} ${block}-- "$unit" || tell`,
    // Not even then is it told from the one before while that one still ends.
    steps.run === 'restart' && wish.no_block
      ? 'while [ "$(systemctl is-active -- "$unit")" = deactivating ]; do sleep 1; done'
      : '',
    steps.run === undefined || steps.run === 'stop' ? '' : hasStarted(wish.no_block),
    steps.mask === 'mask' ? 'systemctl mask -- "$unit" || exit' : '',
  ];
  return {
    script: `${lines.filter((line) => line !== '').join('\n')}\n`,
    timeoutMs: PATIENCE_MS,
    finish: ({ status, stdout, stderr }) => {
      if (status === 0) return { kind: 'done', result };
      const output = { rc: status, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
      return {
        kind: 'failed',
        what: `${unitName(wish.name)} could not be ${steps.run === undefined ? 'changed' : DONE[steps.run]}`,
        result: output,
      };
    },
  };
}

/**
 * `systemctl start` may succeed for a unit that is waiting for its next attempt: looked at at once, while its journal
 * still tells why.
 */
function hasStarted(noBlock: boolean): string {
  return `case $(systemctl is-active -- "$unit") in
  active|reloading|refreshing${noBlock ? '|activating|inactive' : ''}) ;;
  inactive) [ "$(systemctl show -p Type --value -- "$unit")" = oneshot ] || tell ;;
  *) tell ;;
esac`;
}
