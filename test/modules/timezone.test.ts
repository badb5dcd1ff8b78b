import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../engine/modules/base/module.ts';
import { module as timezone } from '../../engine/modules/timezone.ts';
import { file, wholeFile } from '../../engine/resources/file.ts';
import { type FileState, type RegularFile, ABSENT, NOTHING_ABOVE } from '../../engine/resources/file/file-state.ts';
import { need } from '../../engine/resources/need.ts';
import { packageRequest } from '../../engine/resources/package.ts';
import { contextOf, planWith, seenAs } from './system-host.ts';

const ROOT = { mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' };
const FOLDER: FileState = { type: 'directory', ...ROOT, mode: 0o755 };
const LOCALTIME = file('/etc/localtime');
const TIMEZONE = wholeFile('/etc/timezone');
const ZONE = file('/usr/share/zoneinfo/Europe/Berlin', 'content');
const DATA = regular('TZif2\0\0data');

function regular(text: string): RegularFile {
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { type: 'file', ...ROOT, size: text.length, sha256, content: Buffer.from(text) };
}

function link(target: string, state: RegularFile | typeof ABSENT = DATA): FileState {
  return { type: 'link', ...ROOT, target, to: { path: target, state } };
}

interface Given {
  readonly localtime?: FileState;
  readonly timezone?: FileState;
  readonly zone?: FileState;
  /** Whether nothing is in `/etc/localtime` if that is a directory. */
  readonly isEmpty?: boolean;
  readonly later?: readonly (typeof LOCALTIME)[];
}

function planned(given: Given, user = 'root'): Outcome {
  const { localtime = link('/usr/share/zoneinfo/Etc/UTC'), timezone: name = regular('Etc/UTC\n'), zone = DATA } = given;
  const folders = ['/etc', '/usr', '/usr/share', '/usr/share/zoneinfo', '/usr/share/zoneinfo/Europe'];
  const seen = seenAs(
    [
      ...folders.map((path) => [file(path), FOLDER] as const),
      [LOCALTIME, localtime],
      [TIMEZONE, name],
      [ZONE, zone],
      [need({ kind: 'empty', path: LOCALTIME.id }), { isMet: given.isEmpty ?? true }],
    ],
    given.later,
  );
  const args = { name: 'Europe/Berlin' };
  return user === 'root'
    ? planWith(timezone, args, seen)
    : timezone.plan(args, undefined, seen, { ...contextOf(), user });
}

/** Returns the plan as text, with one line for each difference. */
function told(outcome: Outcome): readonly string[] {
  switch (outcome.kind) {
    case 'change':
      return [
        outcome.certainty,
        ...outcome.differences.map((one) => {
          switch (one.kind) {
            case 'field':
              return `${one.of}: ${JSON.stringify(one.before)} → ${JSON.stringify(one.after)}`;
            case 'text':
              return `${one.path}: ${JSON.stringify(one.before)} → ${JSON.stringify(one.after)}`;
            case 'command':
              return JSON.stringify(one.text);
          }
        }),
      ];
    case 'impossible':
      return [outcome.what];
    case 'cannot_know':
      return ['cannot know', outcome.because];
    case 'in_sync':
    case 'await':
      return [outcome.kind];
  }
}

const NAME = String.raw`/etc/timezone: "Etc/UTC\n" → "Europe/Berlin\n"`;
const BERLIN = '/usr/share/zoneinfo/Europe/Berlin';

const PLANS: readonly (readonly [string, Given, readonly string[]])[] = [
  [
    'another zone',
    {},
    ['certain', `/etc/localtime: "a link to /usr/share/zoneinfo/Etc/UTC" → "a link to ${BERLIN}"`, NAME],
  ],
  [
    'a relative link stays relative',
    { localtime: link('../usr/share/zoneinfo/Etc/UTC') },
    ['certain', `/etc/localtime: "a link to ../usr/share/zoneinfo/Etc/UTC" → "a link to ..${BERLIN}"`, NAME],
  ],
  ['a host without the name', { timezone: ABSENT, localtime: link(BERLIN) }, ['in_sync']],
  ['a copy', { localtime: DATA, timezone: ABSENT }, ['certain', `/etc/localtime: "a file" → "a link to ${BERLIN}"`]],
  ['no link', { localtime: ABSENT, timezone: ABSENT }, ['certain', `/etc/localtime: "absent" → "a link to ${BERLIN}"`]],
  [
    'an empty directory',
    { localtime: FOLDER, timezone: ABSENT },
    ['certain', `/etc/localtime: "a directory" → "a link to ${BERLIN}"`],
  ],
  ['a directory', { localtime: FOLDER, isEmpty: false }, ['/etc/localtime is a directory that is not empty']],
  ['the name alone', { localtime: link(BERLIN) }, ['certain', NAME]],
  [
    'the link alone',
    { timezone: regular('Europe/Berlin') },
    ['certain', `/etc/localtime: "a link to /usr/share/zoneinfo/Etc/UTC" → "a link to ${BERLIN}"`],
  ],
  ['all as wanted', { localtime: link(BERLIN), timezone: regular('Europe/Berlin\n') }, ['in_sync']],
  [
    'the same link in other words',
    { localtime: link(`/etc/..${BERLIN}`), timezone: regular('# mine\nEurope/Berlin\n') },
    ['in_sync'],
  ],
  [
    'a zone that is a link',
    { localtime: link(BERLIN), zone: link('/usr/share/zoneinfo/CET'), timezone: ABSENT },
    ['in_sync'],
  ],
  ['no such zone', { zone: ABSENT }, ['this host has no time zone Europe/Berlin']],
  [
    'no such zone behind the right link',
    { zone: ABSENT, localtime: link(BERLIN, ABSENT) },
    ['this host has no time zone Europe/Berlin'],
  ],
  ['no zones', { zone: NOTHING_ABOVE }, ['this host has no time zone Europe/Berlin']],
  ['a zone that leads nowhere', { zone: link('/nowhere', ABSENT) }, ['this host has no time zone Europe/Berlin']],
  ['a folder of zones', { zone: FOLDER }, [`${BERLIN} is not a time zone`]],
  ['another file', { zone: regular('# tz zone descriptions') }, [`${BERLIN} is not a time zone`]],
  [
    'a zone that an earlier task may bring',
    { zone: NOTHING_ABOVE, later: [ZONE] },
    ['cannot know', `an earlier change that may bring ${BERLIN}`],
  ],
  ['a name that an earlier task may change', { localtime: link(BERLIN), later: [TIMEZONE] }, ['after_change', NAME]],
  [
    'data in the place of the name',
    { timezone: link('/etc/localtime') },
    ['/etc/timezone contains the data of a time zone; it should contain a name'],
  ],
];

describe('the plan', () => {
  test.each(PLANS)('%s', (_what, given, expected) => {
    expect(told(planned(given))).toEqual(expected);
  });

  test('a user who is not root may not change it, and is told so', () => {
    expect(told(planned({}, 'ada'))).toEqual(['ada may not change the time zone of the host; only root may']);
    expect(told(planned({ localtime: link(BERLIN), timezone: ABSENT }, 'ada'))).toEqual(['in_sync']);
  });

  test('a package of zones leaves open whether there is a zone', () => {
    const effect = {
      request: packageRequest('tzdata', { candidate: false, versioned: false, declared: false }),
      state: { installed: true },
    };
    expect(ZONE.kind.after?.(NOTHING_ABOVE, ZONE.id, effect)).toBe('stale');
  });
});

test.each([
  ['', 'must be the name of a time zone, such as Europe/Berlin or Etc/UTC'],
  ['/usr/share/zoneinfo/Europe/Berlin', 'must be the name of a time zone, such as Europe/Berlin or Etc/UTC'],
  ['../../etc/passwd', 'must be the name of a time zone, such as Europe/Berlin or Etc/UTC'],
  ['zone.tab', 'must be the name of a time zone, such as Europe/Berlin or Etc/UTC'],
  ['Europe/', 'must be the name of a time zone, such as Europe/Berlin or Etc/UTC'],
  ['localtime', 'must be the name of a time zone: localtime is the zone that the host has already'],
])('the name %j is refused before the first connection', (name, message) => {
  expect(timezone.arguments.safeParse({ name }).error?.issues.map((issue) => issue.message)).toEqual([message]);
});
