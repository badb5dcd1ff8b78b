import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../../engine/modules/base/module.ts';
import { module as localeGen } from '../../engine/modules/locale_gen.ts';
import { file, wholeFile } from '../../engine/resources/file.ts';
import { type FileState, ABSENT } from '../../engine/resources/file/file-state.ts';
import { localesRequest } from '../../engine/resources/locales.ts';
import { SystemHost, contextOf, planWith, seenAs } from './system-host.ts';

const LIST = wholeFile('/etc/locale.gen');
const ROOT = { mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' };

function regular(text: string): FileState {
  return { type: 'file', ...ROOT, size: text.length, sha256: text, content: Buffer.from(text) };
}

interface Given {
  readonly list?: string | undefined;
  readonly names?: readonly string[];
  readonly later?: readonly (typeof LIST)[];
}

function planned(args: object, { list = '', names = [], later = [] }: Given, user = 'root'): Outcome {
  const seen = seenAs(
    [
      [localesRequest(), { names: ['C', 'POSIX', ...names] }],
      [file('/usr/share/i18n/SUPPORTED', 'content'), regular('de_DE.UTF-8 UTF-8\nde_DE ISO-8859-1\n')],
      [LIST, list === 'none' ? ABSENT : regular(list)],
      [file('/etc'), { type: 'directory', ...ROOT, mode: 0o755 }],
    ],
    later,
  );
  if (user === 'root') return planWith(localeGen, args, seen);
  return localeGen.plan({ name: ['de_DE.UTF-8'], state: 'present' }, undefined, seen, { ...contextOf(), user });
}

/** The list after the change, or what else the plan says. */
function told(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'change': {
      const text = outcome.differences.find((one) => one.kind === 'text');
      return `${outcome.certainty}: ${text?.kind === 'text' && typeof text.after === 'string' ? text.after : 'no edit'}`;
    }
    case 'impossible':
      return outcome.what;
    case 'cannot_know':
    case 'in_sync':
    case 'await':
      return outcome.kind;
  }
}

describe('the plan', () => {
  test.for([
    ['is in sync', { names: ['de_DE.utf8'] }, { name: 'de_DE.UTF-8' }, 'in_sync'],
    [
      'takes the # away',
      { list: 'a b\n# de_DE.UTF-8 UTF-8\n' },
      { name: 'de_DE.UTF-8' },
      'certain: a b\nde_DE.UTF-8 UTF-8\n',
    ],
    ['adds a line', { list: '# head\n' }, { name: 'de_DE.UTF-8' }, 'certain: # head\nde_DE.UTF-8 UTF-8\n'],
    ['adds it to an empty list', {}, { name: 'de_DE' }, 'certain: de_DE ISO-8859-1\n'],
    [
      'generates what a run that was cut off has not',
      { list: 'de_DE.UTF-8 UTF-8\n' },
      { name: 'de_DE.UTF-8' },
      'certain: no edit',
    ],
    [
      'does not take a longer name',
      { list: '#de_DE.UTF-8@x UTF-8\n' },
      { name: 'de_DE.UTF-8' },
      'certain: #de_DE.UTF-8@x UTF-8\nde_DE.UTF-8 UTF-8\n',
    ],
    [
      'removes',
      { list: 'de_DE.UTF-8 UTF-8\n', names: ['de_DE.utf8'] },
      { name: 'de_DE.UTF-8', state: 'absent' },
      'certain: # de_DE.UTF-8 UTF-8\n',
    ],
    ['has nothing to remove', { list: '' }, { name: 'de_DE.UTF-8', state: 'absent' }, 'in_sync'],
    [
      'refuses what the host cannot make',
      { list: '' },
      { name: 'xx_XX.UTF-8,de_DE' },
      'this host cannot generate xx_XX.UTF-8',
    ],
    [
      'refuses a host without a list',
      { list: 'none' },
      { name: 'de_DE.UTF-8' },
      'this host has no /etc/locale.gen, so locales are not generated from a list',
    ],
    [
      'waits for a package that brings the list',
      { list: 'none', later: [LIST] },
      { name: 'de_DE.UTF-8' },
      'cannot_know',
    ],
  ] as const)('%s', ([, given, args, expected]) => {
    expect(told(planned(args, given))).toBe(expected);
  });

  test('refuses a user that is not root', () => {
    expect(told(planned({}, {}, 'ada'))).toBe('ada may not change the locales of the host; only root may');
  });
});

describe.skipIf(SystemHost.missing !== undefined)('on a host', () => {
  let host: SystemHost;
  beforeAll(async () => {
    host = await SystemHost.start();
    const made = host.run(
      'mount -t tmpfs locales /usr/lib/locale && echo "# de_DE.UTF-8 UTF-8" >/etc/locale.gen && command -v locale-gen',
    );
    expect(made.status, made.stderr.toString()).toBe(0);
  });
  afterAll(() => host.stop());

  test('a locale is generated, and removed', { timeout: 120_000 }, async () => {
    const made = await host.apply(localeGen, { name: 'de_DE.UTF-8' });
    expect(made).toMatchObject({ outcome: { kind: 'change' }, failure: undefined });
    expect(host.run('LC_ALL=de_DE.UTF-8 locale -k yesstr d_fmt | grep -q "%d.%m.%Y"').status).toBe(0);
    expect(host.plan(localeGen, { name: 'de_DE.UTF-8' }).kind).toBe('in_sync');
    const removed = await host.apply(localeGen, { name: 'de_DE.UTF-8', state: 'absent' });
    expect(removed).toMatchObject({ outcome: { kind: 'change' }, failure: undefined });
    expect(host.plan(localeGen, { name: 'de_DE.UTF-8', state: 'absent' }).kind).toBe('in_sync');
  });
});
