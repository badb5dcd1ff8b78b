import { z } from 'zod';
import { type Prediction, type Request, type Seen, predict } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import { UNKNOWN_ATTRIBUTES } from '../../resources/file/file-state.ts';
import { groupRequest } from '../../resources/group.ts';
import type { UnitState } from '../../resources/system/unit-state.ts';
import { ABSENT_UNIT, unitRequest } from '../../resources/unit.ts';
import { userRequest } from '../../resources/user.ts';
import { boolean, path } from '../base/arguments.ts';

const ACCOUNT = /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/;

/** A thing that the installation of a package makes. */
export const brought = z.union(
  [
    z.strictObject({
      unit: z
        .string()
        .regex(/^[A-Za-z0-9:_.\\@-]+$/)
        .describe('A unit of the service manager, such as haproxy or haproxy.service.'),
      state: z
        .enum(['started', 'stopped'])
        .optional()
        .describe('Whether the installation starts the unit. Default: as the distribution decides.'),
      enabled: boolean()
        .optional()
        .describe(
          'Whether the installation enables the unit, so that it starts at boot. Default: as the distribution decides.',
        ),
    }),
    z.strictObject({ user: z.string().regex(ACCOUNT).describe('The name of an account.') }),
    z.strictObject({ group: z.string().regex(ACCOUNT).describe('The name of a group of accounts.') }),
    z.strictObject({ file: path().describe('The path of a file.') }),
    z.strictObject({ directory: path().describe('The path of a directory.') }),
  ],
  { error: 'must be one of { unit, state, enabled }, { user }, { group }, { file }, { directory }' },
);

type Brought = z.infer<typeof brought>;

/** Returns the requests for the things that packages make. */
export function broughtRequests(all: readonly Brought[]): readonly Request[] {
  return all.map((one): Request => {
    if ('unit' in one) return unitRequest(one.unit);
    if ('user' in one) return userRequest(one.user);
    if ('group' in one) return groupRequest(one.group);
    return file('file' in one ? one.file : one.directory);
  });
}

/** The state in which the distribution leaves the units of a new package. */
export interface Habit {
  readonly runs: boolean;
  readonly enabled: boolean;
}

/** Predicts a thing that the installation of a package makes. */
export function broughtPredictions(one: Brought, seen: Seen, habit: Habit): readonly Prediction[] {
  if ('unit' in one) {
    const request = unitRequest(one.unit);
    const state = seen.of(request);
    return state.load === 'not-found'
      ? [
          predict(
            request,
            broughtUnit(one.state === undefined ? habit.runs : one.state === 'started', one.enabled ?? habit.enabled),
          ),
        ]
      : [];
  }
  if ('user' in one) {
    const request = userRequest(one.user);
    return seen.of(request).exists ? [] : [predict(request, { exists: true })];
  }
  if ('group' in one) {
    const request = groupRequest(one.group);
    return seen.of(request).exists ? [] : [predict(request, { exists: true })];
  }
  const request = file('file' in one ? one.file : one.directory);
  if (seen.of(request).type !== 'absent') return [];
  return [
    predict(
      request,
      'file' in one
        ? { type: 'file', ...UNKNOWN_ATTRIBUTES, size: undefined, sha256: undefined, content: undefined }
        : { type: 'directory', ...UNKNOWN_ATTRIBUTES },
    ),
  ];
}

function broughtUnit(runs: boolean, enabled: boolean): UnitState {
  return {
    ...ABSENT_UNIT,
    load: 'loaded',
    active: runs ? 'active' : 'inactive',
    sub: undefined,
    file: enabled ? 'enabled' : 'disabled',
    fragment: undefined,
    type: undefined,
    remainsAfterExit: undefined,
    canReload: undefined,
    ran: undefined,
    invocation: undefined,
  };
}
