import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, fillOnce } from '../../lab/cache.ts';

const run = promisify(execFile);

/** A package that contains the schema of the standard. It is not a dependency: none of its code runs. */
const PACKAGE = '@microsoft/jest-sarif@1.0.0-beta.0';
const SHA512 = 'A1fOhPd6Ic5iDk4F9YPw1qNB4XF+7+IviR7xl8r2F6QzQkx5cpY9LsGk2rExiFIEcBbjpVnSmwWGBukASkiQ9A==';
const SCHEMA = 'package/lib/schemas/sarif-2.1.0-rtm.5.json';

/** The JSON Schema of SARIF 2.1.0, fetched once into the user's cache by npm. */
export async function sarifSchema(): Promise<Record<string, unknown>> {
  const folder = await fillOnce(join(cacheFolder(), 'sarif-schema-2.1.0'), async (scratch) => {
    const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', scratch, PACKAGE], {
      timeout: 300_000,
    });
    const archive = join(scratch, stdout.trim().split('\n').at(-1) ?? '');
    const digest = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (digest !== SHA512) throw new Error(`${PACKAGE} is not what it was: ${digest}`);
    await run('tar', ['-xzf', archive, '-C', scratch, SCHEMA]);
  });
  return JSON.parse(readFileSync(join(folder, SCHEMA), 'utf8')) as Record<string, unknown>;
}
