import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSite, type Site } from './site.ts';

// Ignored connection settings are reported once, in the same words by each command.

let site: Site;
let book: string;

beforeAll(async () => {
  site = await startSite({ one: {}, two: {} });
  book = join(site.folder, 'book.yml');
  await writeFile(book, '- { hosts: all, tasks: [ { query: "true" } ] }\n- { hosts: all, tasks: [ { query: id } ] }\n');
  await writeFile(join(site.folder, 'ssh_config'), 'ForwardAgent yes\nSetEnv TOKEN=x\nSendEnv LANG\n');
});
afterAll(() => site.stop());

const OPTIONS =
  "warning: ssh's configuration sets ForwardAgent, SetEnv for one and 1 more, which runbook does not keep. " +
  'Where it is needed, set ansible_connection: openssh for the hosts, which is slower.';
const VARIABLES = [
  'warning: some variables of one and 1 more have no effect:',
  '    ansible_ssh_pipelining, ansible_scp_if_ssh: Commands and files go through one session, without sftp, scp or further logins.',
  '    -v of ansible_ssh_args: The option is for people at a terminal.',
  '    ControlPersist of ansible_ssh_args: runbook keeps one connection to each host open during the run, and shares it with no other program.',
];

const COMMANDS: readonly (readonly [string, () => readonly string[]])[] = [
  ['play', () => ['play', book, '--no-lock']],
  ['plan', () => ['plan', book]],
  ['exec', () => ['exec', 'all', '-m', 'command', '-a', 'true', '--no-lock']],
  ['ping', () => ['ping', 'all']],
];

test.each(COMMANDS.flatMap(([name, args]) => (['ssh', 'openssh'] as const).map((how) => [name, how, args] as const)))(
  '%s over %s',
  async (_name, how, args) => {
    const lines = await warnings([...args(), '-e', JSON.stringify(variables(how))]);
    const options = lines.filter((line) => line.includes('configuration'));
    expect(options.map((line) => line.replace('two and', 'one and'))).toEqual(how === 'ssh' ? [OPTIONS] : []);
    const others = lines.filter((line) => !line.includes('configuration'));
    expect(others.map((line) => line.replace('two and', 'one and'))).toEqual(VARIABLES);
  },
);

test('a run as JSON has one event for each of the two', async () => {
  const { stdout } = await site.run([
    'play',
    book,
    '--no-lock',
    '--output',
    'json',
    '-e',
    JSON.stringify(variables('ssh')),
  ]);
  const events = stdout
    .split('\n')
    .filter((line) => /"type":"(?:options_not_kept|settings_without_effect)"/.test(line))
    .map((line): unknown => JSON.parse(line));
  expect(events).toEqual([
    expect.objectContaining({ type: 'options_not_kept', options: ['ForwardAgent', 'SetEnv'] }),
    expect.objectContaining({
      type: 'settings_without_effect',
      settings: expect.arrayContaining([expect.objectContaining({ what: 'ansible_ssh_pipelining' })]),
    }),
  ]);
});

function variables(how: 'ssh' | 'openssh'): Readonly<Record<string, unknown>> {
  return {
    ansible_connection: how,
    ansible_ssh_pipelining: true,
    ansible_scp_if_ssh: 'smart',
    ansible_ssh_args: '-v -o ControlPersist=60s',
    ansible_ssh_common_args: `-F ${site.folder}/ssh_config`,
  };
}

/** Returns the lines of warnings in their order, from stdout and stderr. */
async function warnings(args: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr, status } = await site.run(args);
  expect(status, stdout + stderr).toBe(0);
  const lines = `${stdout}\n${stderr}`.split('\n');
  return lines.filter((line, index) => {
    if (line.startsWith('warning: ')) return true;
    const head = lines.slice(0, index).findLast((one) => !one.startsWith('    '));
    return line.startsWith('    ') && head?.startsWith('warning: ') === true;
  });
}
