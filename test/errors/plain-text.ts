/**
 * Returns the text about a failure in the output of a play, without parts that differ between runs: folders, names of
 * runs, times.
 */
export function failureText(output: string, folder: string): string {
  const whole = /^Failures\n([\s\S]*?)\n\n\S+\.yml on /m.exec(output)?.[1];
  const ignored = output
    .split('\n')
    .filter((line) => !/^(?:Run |Play: |connected: |changed: |ok: |$)/.test(line))
    .join('\n');
  return `${(whole ?? ignored)
    .replaceAll(folder, '/project')
    .replaceAll(/\b\d{8}T\d{6}-[0-9a-f]{6}\b/g, 'RUN')
    .replaceAll(/\.runbook-[0-9a-f]+-[0-9a-f]+/g, '.runbook-NEW')
    .replaceAll(/\bafter \d+ ms\b/g, 'after N ms')
    .replaceAll(/OpenSSL\/\d[\d.]*/g, 'OpenSSL/N')
    .replaceAll(/\bcoreutils=[^)]*/g, 'coreutils=N')
    .replaceAll(/\bin \d+(?:\.\d+)? (?:ms|s)\b/g, 'in N s')
    .trimEnd()}\n`;
}
