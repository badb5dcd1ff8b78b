import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readArchive } from '../../../engine/modules/archive-content/archive-read.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** Reading so many bytes takes far longer than a test may take. On the disk they take no space. */
const BYTES = 400_000_000_000;

test('reading an archive ends as soon as it is told to', async () => {
  const folder = temporaryFolder('runbook-archive-');
  const path = join(folder, 'a.tar');
  writeFileSync(join(folder, 'large'), '');
  truncateSync(join(folder, 'large'), BYTES);
  // The header of the only member, and its content as a hole.
  execFileSync('sh', ['-c', 'tar --format=gnu -cf - large | head -c 512 >a.tar'], { cwd: folder });
  truncateSync(path, BYTES + 512);
  const stop = new AbortController();
  const reading = readArchive(path, stop.signal);
  setImmediate(() => stop.abort());
  await expect(reading).rejects.toThrow('aborted');
});
