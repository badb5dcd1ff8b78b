import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { pythonEnvironment } from '../python-environment.ts';
import { temporaryFolder } from '../temporary-folder.ts';

// The files for GitLab and GitHub are valid by the schemas of these two, which check-jsonschema brings.

const ROOT = join(import.meta.dirname, '../..');
const GITLAB = ['--builtin-schema', 'vendor.gitlab-ci', '--data-transform', 'gitlab-ci'];
const GITHUB = ['--builtin-schema', 'vendor.github-workflows'];

let program: string;

beforeAll(async () => {
  const installed = await pythonEnvironment(['check-jsonschema==0.39.0']);
  if (installed.kind === 'missing') throw new Error(installed.why);
  program = join(installed.folder, 'bin/check-jsonschema');
}, 600_000);

const check = (
  options: readonly string[],
  file: string,
): Promise<{ readonly status: number; readonly output: string }> =>
  new Promise((resolve) => {
    execFile(program, [...options, file], (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });

test.each([
  ['deploy/gitlab-ci.yml', GITLAB],
  ['docs/ci/gitlab-ci.yml', GITLAB],
  ['deploy/github-actions.yml', GITHUB],
  ['docs/ci/github-actions.yml', GITHUB],
])('%s is valid', async (file, options) => {
  expect(await check(options, join(ROOT, file))).toEqual({ status: 0, output: expect.stringContaining('ok') });
});

test.each([
  ['deploy/gitlab-ci.yml', GITLAB, 'parallel: 4', 'parallel: 400'],
  ['deploy/github-actions.yml', GITHUB, 'runs-on:', 'run-on:'],
])('%s with a mistake is not', async (file, options, right, wrong) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const broken = join(temporaryFolder('runbook-forge-'), 'broken.yml');
  writeFileSync(broken, text.replace(right, wrong));
  expect(text).toContain(right);
  expect(await check(options, broken)).toMatchObject({ status: 1 });
});
