import { expect, test } from 'vitest';
import type { Request } from '../../../engine/resources/base/resource.ts';
import { file } from '../../../engine/resources/file.ts';
import { gitWorkTree } from '../../../engine/resources/git-work-tree.ts';
import { groupRequest as group } from '../../../engine/resources/group.ts';
import { packageRequest } from '../../../engine/resources/package.ts';
import { probe } from '../../../engine/resources/probe.ts';
import { unitRequest as unit } from '../../../engine/resources/unit.ts';
import { userRequest as user } from '../../../engine/resources/user.ts';
import { isNamed } from '../../../engine/run/machine/named-resources.ts';

const NO_MORE = { candidate: false, versioned: false, declared: false };

const look = (path: string): Request => file(path, 'target');

const ROWS: readonly (readonly [request: Request, names: readonly string[], named: boolean])[] = [
  [look('/opt/app'), ['/opt/app'], true],
  [look('/opt/app/a/b'), ['/opt/app'], true],
  [look('/opt'), ['/opt/app'], false],
  [look('/opt/application'), ['/opt/app'], false],
  [look('/opt/app'), ['app', 'opt'], false],
  [gitWorkTree('/srv/git'), ['/srv/git/a/b'], true],
  [gitWorkTree('/srv/git'), ['/srv'], true],
  [gitWorkTree('/srv/git'), ['/srv/gitlab/a'], false],
  [unit('nginx'), ['systemctl', 'stop', 'nginx'], true],
  [unit('nginx'), ['/bin/systemctl', 'nginx.service'], true],
  [unit('nginx'), ['echo', 'nginx'], false],
  [packageRequest('nginx', NO_MORE), ['apt-get', 'remove', 'nginx'], true],
  [packageRequest('nginx', NO_MORE), ['systemctl', 'stop', 'nginx'], false],
  [user('ann'), ['usermod', 'ann'], true],
  [user('ann'), ['su', 'ann'], false],
  [group('staff'), ['gpasswd', 'staff'], true],
  [probe('rm /opt/app'), ['/opt/app'], false],
];

test.each(ROWS.map(([request, names, named]) => ({ key: request.key, request, names, named })))(
  '$key is named by $names: $named',
  ({ request, names, named }) => {
    expect(isNamed(request, new Set(names))).toBe(named);
  },
);
