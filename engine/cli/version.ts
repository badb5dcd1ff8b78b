import { readFile } from 'node:fs/promises';

/** The version of runbook, as its package.json tells it. */
export async function engineVersion(): Promise<string> {
  for (const candidate of ['../../package.json', '../../../package.json']) {
    const text = await readFile(new URL(candidate, import.meta.url), 'utf8').catch(() => undefined);
    if (text !== undefined) return String(JSON.parse(text).version);
  }
  return 'unknown';
}
