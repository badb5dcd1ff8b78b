import { z } from 'zod';
import { type Seen, predict } from '../resources/base/resource.ts';
import type { UnitState } from '../resources/system/unit-state.ts';
import { managerRequest } from '../resources/unit-manager.ts';
import { isDoneOneshot, isRunning, unitName, unitRequest } from '../resources/unit.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { alsoDigits, boolean } from './base/arguments.ts';
import { type Change, type Outcome, defineModule } from './base/module.ts';
import { forUnits, unitPermission } from './system/unit-permission.ts';
import { applySteps } from './system/unit-script.ts';
import { type UnitSteps, type UnitWish, afterSteps, findSteps, unitResult } from './system/unit-steps.ts';

export const UNIT_NAME = /^(?!-)[A-Za-z0-9:_.\\-]+(@(?!\.[a-z]+$)[A-Za-z0-9:_.\\-]+)?$/;

/** The units of / and of the slice of all others. No other name begins with a hyphen. */
const ROOT_UNITS: ReadonlySet<string> = new Set(['-.mount', '-.slice']);

function nameRemedy(name: string): string {
  if (/@(?:\.|$)/.test(name)) return 'For a template such as getty@.service write an instance: getty@tty1.service';
  if (/[*?[]/.test(name)) return 'A pattern is not possible: write a loop over the names.';
  return 'A name has letters, digits, and : - _ . @ \\. `systemd-escape` prints how it writes other characters.';
}

const schema = z
  .strictObject({
    name: alsoDigits(
      z
        .string()
        .regex(/^[^/]*$/, {
          error:
            'must be the name of a unit, not its path\nLink the file into /etc/systemd/system first (file: {state: link, …}), and write its name here: app.service',
          abort: true,
        })
        .refine((name) => UNIT_NAME.test(name) || ROOT_UNITS.has(name), {
          error: ({ input }) => `must be the name of a unit\n${nameRemedy(String(input))}`,
        }),
    )
      .optional()
      .describe(
        'The unit. A name without a suffix means a service. It may be left out if daemon_reload is the only other argument.',
      ),
    state: z
      .enum(['started', 'stopped', 'restarted', 'reloaded'])
      .optional()
      .describe('`restarted` and `reloaded` always act. They start a unit that does not run.'),
    enabled: boolean().optional().describe('Whether the unit starts at boot.'),
    masked: boolean().optional().describe('Whether the unit is masked: nothing can start it.'),
    daemon_reload: boolean()
      .default(false)
      .describe(
        'Whether systemd reads its unit files again if the file of a running unit has changed. A task with state or enabled does this in any case.',
      ),
    scope: z
      .literal('system', {
        error:
          'must be system\nFor units of an account write shell: "XDG_RUNTIME_DIR=/run/user/$(id -u) systemctl --user enable --now NAME" with become_user, after shell: "loginctl enable-linger ACCOUNT && systemctl start user@$(id -u ACCOUNT)" (on Debian both want the package libpam-systemd).',
      })
      .default('system')
      .describe('The manager of the unit. Only system is supported.'),
    no_block: boolean()
      .default(false)
      .describe(
        'Whether the task ends while the unit is still starting (`activating`). A restart always waits until the unit has stopped.',
      ),
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
        'cannot be true for a unit that the task starts or enables\nWrite masked: false; or state: stopped and enabled: false.',
    },
  );

const REEXEC = idleAs([false], 'Write a task of its own: command: systemctl daemon-reexec');

export const module = defineModule<z.infer<typeof schema>>({
  name: 'systemd',
  summary: 'Start, stop, restart, enable and mask units of systemd.',
  arguments: schema,
  freeForm: 'name',
  aliases: { service: 'name', unit: 'name', 'daemon-reload': 'daemon_reload' },
  foreign: {
    daemon_reexec: REEXEC,
    'daemon-reexec': REEXEC,
    force: idleAs(
      [false],
      'Remove the link that is in the way with a task before this one: file: { path: /etc/systemd/system/NAME, state: absent }',
    ),
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

/** Returns the difference between a unit and its wanted state. The caller has observed `unitRequest(wish.name)`. */
export function planUnit(wish: UnitWish, seen: Seen): Outcome {
  const asked = unitRequest(wish.name);
  const state = seen.of(asked);
  const certainty = seen.certainty(asked);
  const blocker = findBlocker(wish, state, certainty);
  if (blocker !== undefined) return blocker;
  const steps = findSteps(wish, state);
  if (steps.differences.length === 0) return { kind: 'in_sync', result: unitResult(wish, state) };
  const after = afterSteps(wish, state, steps);
  const result = unitResult(wish, after);
  return {
    kind: 'change',
    differences: steps.differences,
    ...(certainty === 'certain' ? certaintyOf(state, steps) : { certainty }),
    predictions: [predict(asked, after)],
    touches: 'predicted',
    apply: () => applySteps(wish, state, steps, result),
    planned: result,
    settled: (now) => unitResult(wish, now.of(asked)),
  };
}

function certaintyOf(state: UnitState, steps: UnitSteps): Pick<Change, 'certainty'> & { readonly doubt?: string } {
  // The unit that a mask hides is seen only after the mask is removed.
  if (
    state.isBehindMask === true ||
    (steps.mask === 'unmask' && (steps.enable !== undefined || steps.run !== undefined))
  )
    return { certainty: 'after_change', doubt: 'the unit behind the mask decides' };
  if (state.file === undefined && steps.enable !== undefined)
    return { certainty: 'after_change', doubt: 'links from before the mask may enable it' };
  if (steps.run === 'start' && isDoneOneshot(state) && state.ran === undefined)
    return { certainty: 'after_change', doubt: 'systemd may forget that it has run' };
  const isRefused = state.load === 'bad-setting' || state.load === 'error';
  if (isRefused && !state.needsReload && steps.run !== undefined && steps.run !== 'stop')
    return { certainty: 'after_change', doubt: 'systemd refused its file when it read it' };
  return { certainty: 'certain' };
}

/** Returns whether systemd must read its unit files again. The caller has observed `managerRequest()`. */
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

/**
 * Returns the outcome if the unit cannot be brought to the wanted state, or need not be; undefined if nothing prevents
 * it.
 */
function findBlocker(wish: UnitWish, state: UnitState, certainty: Change['certainty']): Outcome | undefined {
  const name = unitName(wish.name);
  const wantsUp = (wish.state !== undefined && wish.state !== 'stopped') || wish.enabled === true;
  switch (state.load) {
    case 'unmanaged':
      return unmanaged();
    case 'not-found':
      return missing(wish, state, { certainty, wantsUp });
    case 'unmasked':
      if (wantsUp || wish.enabled !== undefined) return cannotKnow(wish, state, name);
      break;
    case 'masked':
      if (wantsUp && wish.masked !== false)
        return {
          kind: 'impossible',
          what: `${name} is masked`,
          remedy: 'Set masked: false too, if the unit should run',
        };
  }
  return withoutFile(wish, state, certainty) ?? unreloadable(wish, state) ?? unmaskable(wish, state);
}

/** Returns the problem of a unit that systemd itself has made, such as a device, and that nothing can enable. */
function withoutFile(wish: UnitWish, state: UnitState, certainty: Change['certainty']): Outcome | undefined {
  if (wish.enabled !== true || state.load !== 'loaded' || state.file !== '' || state.fragment !== '') return undefined;
  if (certainty !== 'certain' || state.needsReload) return undefined;
  return {
    kind: 'impossible',
    what: `${unitName(wish.name)} has no unit file, so it cannot be enabled`,
    remedy: 'Leave enabled out: systemd makes the unit itself. Or write a unit file for it with a task before this one',
  };
}

function missing(
  wish: UnitWish,
  state: UnitState,
  { certainty, wantsUp }: { readonly certainty: Change['certainty']; readonly wantsUp: boolean },
): Outcome | undefined {
  const name = unitName(wish.name);
  if (wish.masked === true && !wantsUp) return undefined;
  if (certainty === 'after_change') return cannotKnow(wish, state, name);
  if (!wantsUp) return { kind: 'in_sync', result: unitResult(wish, state) };
  return {
    kind: 'impossible',
    what: `There is no unit ${name}`,
    remedy: 'Install the package that brings it, or write its unit file with a task before this one',
  };
}

function unreloadable(wish: UnitWish, state: UnitState): Outcome | undefined {
  if (wish.state !== 'reloaded' || !isRunning(state) || state.canReload !== false || state.needsReload)
    return undefined;
  return {
    kind: 'impossible',
    what: `${unitName(wish.name)} cannot be reloaded: it has no ExecReload`,
    remedy: 'Write state: restarted, or give it ExecReload with a task before this one',
  };
}

function unmaskable(wish: UnitWish, state: UnitState): Outcome | undefined {
  const name = unitName(wish.name);
  if (wish.masked !== true || state.load === 'masked' || state.fragment !== `/etc/systemd/system/${name}`)
    return undefined;
  return {
    kind: 'impossible',
    what: `${name} cannot be masked, as its file is where the mask would be`,
    why: state.fragment,
    remedy: `Set state: stopped and enabled: false instead, or move the file to /usr/local/lib/systemd/system/${name} first`,
  };
}

function cannotKnow(wish: UnitWish, state: UnitState, name: string): Outcome {
  const steps = findSteps(wish, { ...state, load: 'loaded', file: 'disabled' });
  const after = afterSteps(wish, { ...state, load: 'loaded', file: undefined }, steps);
  return {
    kind: 'cannot_know',
    because:
      state.load === 'unmasked'
        ? `the state of ${name} is known after an earlier task has unmasked it`
        : `${name} does not exist yet; an earlier change may bring it`,
    predictions: [predict(unitRequest(wish.name), after)],
    planned: unitResult(wish, after),
  };
}
