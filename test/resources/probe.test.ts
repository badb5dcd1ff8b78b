import { describe, expect, it } from 'vitest';
import { file } from '../../engine/resources/file.ts';
import { probe, type ProbeState } from '../../engine/resources/probe.ts';
import { SHELLS, observeHere } from './local-sh.ts';

describe.each(SHELLS)('commands that only look, under %s', (_, shell) => {
  const table: readonly [string, number, string, string][] = [
    ['printf hello', 0, 'hello', ''],
    ['echo out; echo err >&2; exit 3', 3, 'out\n', 'err'],
    ['cat', 0, '', ''],
    ['if', 2, '', expect.any(String)],
    ['no-such-command-here', 127, '', expect.any(String)],
    ["printf '%s' \"it's\"", 0, "it's", ''],
    ['cd / && pwd', 0, '/\n', ''],
    ['exit 0; echo never', 0, '', ''],
    ['kill -9 $(sh -c "echo \\$PPID")', 137, '', expect.any(String)],
  ];
  it.each(table)('%j', (script, status, stdout, stderr) => {
    const asked = probe(script);
    const after = probe('printf after');
    const states = observeHere([asked, after, file('/')], shell);
    const state = states.get(asked.key) as ProbeState;
    expect(state.status === status || (status === 2 && state.status !== 0)).toBe(true);
    expect(state.stdout?.toString()).toBe(stdout);
    expect(state.stderr).toEqual(stderr);
    expect(states.get(after.key)).toMatchObject({ status: 0, stdout: Buffer.from('after') });
    expect(states.get('file:/')).toMatchObject({ type: 'directory' });
  });

  it('keeps bytes that are not text', () => {
    const asked = probe("printf '\\000\\377\\n\\n'");
    expect((observeHere([asked], shell).get(asked.key) as ProbeState).stdout).toEqual(Buffer.from([0, 255, 10, 10]));
  });
});
