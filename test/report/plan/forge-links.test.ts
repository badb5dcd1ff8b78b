import { expect, test } from 'vitest';
import { forgeLinks } from '../../../engine/report/plan/forge-links.ts';

const GITHUB = {
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_REPOSITORY: 'owner/name',
  GITHUB_SHA: '0123abcd',
};
const GITLAB = { CI_PROJECT_URL: 'https://gitlab.example/group/name', CI_COMMIT_SHA: '0123abcd' };

test.each([
  [
    GITHUB,
    '',
    'roles/web/tasks/main.yml:6',
    'https://github.example/owner/name/blob/0123abcd/roles/web/tasks/main.yml#L6',
  ],
  [GITHUB, 'deploy/', 'site.yml:1', 'https://github.example/owner/name/blob/0123abcd/deploy/site.yml#L1'],
  [GITHUB, '', 'odd #1.yml:1', 'https://github.example/owner/name/blob/0123abcd/odd%20%231.yml#L1'],
  [GITLAB, '', 'site.yml:1', 'https://gitlab.example/group/name/-/blob/0123abcd/site.yml#L1'],
  [{}, '', 'site.yml:1', undefined],
  [{ ...GITHUB, GITHUB_SHA: undefined }, '', 'site.yml:1', undefined],
  [{ ...GITHUB, GITHUB_SERVER_URL: 'javascript:alert(1)' }, '', 'site.yml:1', undefined],
  [GITHUB, '', '/etc/site.yml:1', undefined],
  [GITHUB, '', '../site.yml:1', undefined],
  [GITHUB, '', 'site.yml', undefined],
])('with %j below %j, %s is at %s', (environment, prefix, place, address) => {
  expect(forgeLinks(environment, prefix)(place)).toBe(address);
});
