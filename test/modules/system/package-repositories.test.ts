import { describe, expect, test } from 'vitest';
import { module as install } from '../../../engine/modules/package.ts';
import { newestRequests } from '../../../engine/modules/system/package-repositories.ts';
import { type PackageState, packageRequest } from '../../../engine/resources/package.ts';
import type { SettingState } from '../../../engine/resources/setting.ts';
import type { ValueMap } from '../../../engine/values/base/value.ts';
import { SHELLS, runScript } from '../../resources/local-sh.ts';
import { planWith, seenAs } from '../system-host.ts';
import { mistakes, told } from '../told.ts';

const TOOL = packageRequest('tool', { candidate: true, versioned: false, declared: false });
const installed = (version: string, more: Partial<PackageState> = {}): PackageState => ({
  installed: true,
  version,
  broken: false,
  candidate: version,
  refreshed: 1,
  ...more,
});
const ABSENT: PackageState = { installed: false, broken: false };

type Manager = 'apt' | 'dnf' | 'yum' | 'zypper' | 'apk';

function plan(
  args: ValueMap,
  state: PackageState,
  newest: SettingState,
  manager: Manager,
): ReturnType<typeof planWith> {
  const wish = install.arguments.parse({ name: 'tool', ...args }) as Parameters<typeof newestRequests>[0];
  const states = [[TOOL, state] as const, ...newestRequests(wish).map((request) => [request, newest] as const)];
  return planWith(install, { name: 'tool', ...args }, seenAs(states), { package_manager: manager });
}

const answer = (text: string): SettingState => ({ kind: 'answer', text });
const REFUSED: SettingState = { kind: 'refused', why: 'no cache' };
const AGED = 'dnf package lists age: too old to know the latest versions → refreshed';

describe('dnf takes the newest version', () => {
  test.each<readonly [string, ValueMap, PackageState, SettingState, string]>([
    [
      'of the chosen ones',
      { enablerepo: 'x' },
      installed('0:1-1'),
      answer('tool 0:2-1\n'),
      'package tool version: 0:1-1 → 0:2-1',
    ],
    ['which it has', { enablerepo: 'x' }, installed('0:2-1'), answer('tool 0:2-1'), 'in_sync'],
    ['and stays where they are older', { disablerepo: '*' }, installed('0:3-1'), answer('tool 0:2-1'), 'in_sync'],
    ['and stays where they have none', { exclude: ['tool'] }, installed('0:1-1'), answer(''), 'in_sync'],
    ['of lists that it does not have yet', { enablerepo: ['x', 'y-*'] }, installed('0:1-1'), REFUSED, AGED],
    ['without any lists', {}, installed('0:1-1', { refreshed: 0 }), REFUSED, AGED],
    [
      'without choice',
      { enablerepo: '' },
      installed('0:1-1', { candidate: '0:2-1' }),
      REFUSED,
      'package tool version: 0:1-1 → 0:2-1',
    ],
  ])('%s', (...[, args, state, newest, lines]) => {
    expect(told(plan({ ...args, state: 'latest' }, state, newest, 'dnf'))).toBe(lines);
  });
});

describe('the command', () => {
  test.each<readonly [Manager, ValueMap, string]>([
    [
      'dnf',
      { enablerepo: 'x, y', disablerepo: '*' },
      "dnf -y -q '--disablerepo=*' --enablerepo=x --enablerepo=y install tool",
    ],
    [
      'yum',
      { exclude: ['a*', 'b'], disable_gpg_check: true },
      "yum -y -q '--exclude=a*' --exclude=b --nogpgcheck install tool",
    ],
    ['zypper', { disable_gpg_check: true }, 'zypper --non-interactive --quiet --no-gpg-checks install'],
    ['dnf', {}, 'dnf -y -q install tool'],
  ])('%s %j', async (manager, args, command) => {
    const outcome = plan(args, ABSENT, REFUSED, manager);
    expect(outcome).toMatchObject({ kind: 'change', certainty: 'certain' });
    expect(outcome.kind === 'change' ? (await outcome.apply()).script : '').toContain(command);
  });
});

test.each<readonly [Manager, ValueMap, string]>([
  ['apt', { enablerepo: 'x' }, 'enablerepo, disablerepo and exclude are for hosts with dnf or yum'],
  ['apk', { exclude: 'x' }, 'enablerepo, disablerepo and exclude are for hosts with dnf or yum'],
  ['zypper', { disablerepo: 'x' }, 'enablerepo, disablerepo and exclude are for hosts with dnf or yum'],
  ['apt', { disable_gpg_check: true }, 'disable_gpg_check is for hosts with dnf, yum or zypper'],
])('%s refuses %j', (manager, args, what) => {
  expect(plan(args, ABSENT, REFUSED, manager)).toMatchObject({ kind: 'impossible', what });
});

test.each<readonly [ValueMap, string]>([
  [{ name: 'a', enablerepo: 'x y' }, 'enablerepo must be repositories, such as epel or epel-*'],
  [{ name: 'a', exclude: ['-y'] }, 'exclude must be packages, such as vim or kernel*'],
  [{ name: 'a', disablerepo: ['*'], enablerepo: [] }, 'args'],
])('%j: %s', (given, what) => {
  expect(mistakes(install, given)).toBe(what);
});

test.each(SHELLS)('the question is well formed under %s', (_name, shell) => {
  const wish = install.arguments.parse({ name: ['a', 'b'], state: 'latest', enablerepo: "x'y" });
  for (const { detail } of newestRequests(wish))
    expect(runScript(`if false; then\n${detail.script}\nfi`, shell).stderr.toString('utf8')).toBe('');
});
