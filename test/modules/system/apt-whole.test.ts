import { describe, expect, test } from 'vitest';
import { module as install } from '../../../engine/modules/package.ts';
import { packageRequest } from '../../../engine/resources/package.ts';
import { settingRequest } from '../../../engine/resources/setting.ts';
import type { ValueMap } from '../../../engine/values/base/value.ts';
import { planWith, seenAs } from '../system-host.ts';
import { mistakes, told } from '../told.ts';
import { wayOfRoot } from '../way-of-root.ts';

const APT = packageRequest('apt', { candidate: true, versioned: false, declared: true });
const NOW = new Date('2026-01-02T03:04:05Z').getTime() / 1000;
const UPGRADE = [
  'Inst base-files [12.4+deb12u11] (12.4+deb12u15 Debian:12.15/oldstable [amd64])',
  'Inst linux-image-new (6.1.99 Debian:12/stable [amd64]) []',
  'Remv old-tool [1:2.0]',
].join('\n');
const LINES =
  'package base-files version: 12.4+deb12u11 → 12.4+deb12u15\npackage linux-image-new version: absent → 6.1.99\npackage old-tool version: 1:2.0 → absent';

const PLANS = [
  [{ upgrade: 'dist' }, 'apt dist-upgrade', UPGRADE, NOW, 'certain', LINES],
  [{ upgrade: 'dist' }, 'apt dist-upgrade', '', 0, '', 'in_sync'],
  [{ upgrade: true, autoremove: true }, 'apt upgrade --with-new-pkgs --auto-remove', UPGRADE, 0, 'certain', LINES],
  [
    { autoremove: true },
    'apt autoremove',
    'Remv old-tool [1:2.0]',
    0,
    'certain',
    'package old-tool version: 1:2.0 → absent',
  ],
  [{ upgrade: 'dist', update_cache: true }, 'apt dist-upgrade', '', NOW, '', 'in_sync'],
  [
    { upgrade: 'dist', update_cache: true },
    'apt dist-upgrade',
    '',
    0,
    'after_change',
    'apt package lists age: older than cache_valid_time → refreshed',
  ],
  [
    { upgrade: 'dist', update_cache: true },
    'apt dist-upgrade',
    UPGRADE,
    0,
    'after_change',
    `apt package lists age: older than cache_valid_time → refreshed\n${LINES}`,
  ],
  [{ clean: true }, 'apt clean', 'a.deb\nb.deb', 0, 'certain', 'apt cache files to remove: 2 → 0'],
  [{ autoclean: true }, 'apt autoclean', '', 0, '', 'in_sync'],
  [{ deb: '/tmp/a.deb' }, 'apt deb /tmp/a.deb', 'a 1.2 now 1.1', 0, 'certain', 'package a version: 1.1 → 1.2'],
  [{ deb: '/tmp/a.deb' }, 'apt deb /tmp/a.deb', 'installed', 0, '', 'in_sync'],
  [
    { deb: '/tmp/a.deb', allow_downgrade: true },
    'apt deb /tmp/a.deb exactly',
    'a 1.2 now 1.3',
    0,
    'certain',
    'package a version: 1.3 → 1.2',
  ],
] as const;

describe('the plan is what apt says that it would do', () => {
  test.for(PLANS)('%j, %s, %j, %d', ([args, id, text, refreshed, certainty, expected]) => {
    const seen = seenAs([
      [settingRequest(id, ''), { kind: 'answer', text }],
      [APT, { installed: true, refreshed }],
      ...wayOfRoot('/tmp/a.deb', 'file'),
    ]);
    const outcome = planWith(install, args, seen);
    expect({ told: told(outcome), certainty: outcome.kind === 'change' ? outcome.certainty : '' }).toEqual({
      told: expected,
      certainty,
    });
  });

  test('the packages that go and come are predicted', () => {
    const seen = seenAs([[settingRequest('apt dist-upgrade', ''), { kind: 'answer', text: UPGRADE }]]);
    const outcome = planWith(install, { upgrade: 'dist' }, seen);
    expect(
      outcome.kind === 'change' ? outcome.predictions.map(({ request, state }) => [request.key, state]) : [],
    ).toMatchObject([
      ['setting:apt dist-upgrade', { kind: 'answer', text: '' }],
      ['package:base-files', { installed: true, version: '12.4+deb12u15' }],
      ['package:linux-image-new', { installed: true, version: '6.1.99' }],
      ['package:old-tool', { installed: false }],
    ]);
  });

  test('a file that an earlier task brings is not known yet, and other hosts are refused', () => {
    const request = settingRequest('apt deb /tmp/a.deb', '');
    const seen = seenAs(
      [[request, { kind: 'refused', why: 'no such file' }], ...wayOfRoot('/tmp/a.deb', 'file')],
      [request],
    );
    expect(told(planWith(install, { deb: '/tmp/a.deb' }, seen))).toBe(
      'package /tmp/a.deb version: not known yet → installed',
    );
    expect(told(planWith(install, { upgrade: 'dist' }, seen, { package_manager: 'dnf' }))).toContain(
      'are for hosts with apt',
    );
  });
});

test.for([
  [{ name: 'a', autoremove: true }, 'name cannot be given together with deb, upgrade, autoremove, autoclean and clean'],
  [{ name: 'a', state: 'latest', default_release: 'x' }, 'default_release is for state: present'],
  [{ name: 'a', default_release: '-o' }, 'default_release must be a release'],
  [{ deb: 'https://x/a.deb' }, 'deb must be an absolute path'],
  [{ upgrade: 'all' }, 'upgrade must be no, yes, safe, full or dist'],
  [{}, 'needs "name"'],
] as readonly (readonly [ValueMap, string])[])('%j is refused', ([given, expected]) => {
  expect(mistakes(install, given)).toContain(expected);
});
