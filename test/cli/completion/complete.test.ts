import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { SOURCES, placeholderOf } from '../../../engine/cli/completion/candidates.ts';
import { COMMANDS } from '../../../engine/cli/main.ts';
import { completionSite } from './completion-site.ts';

const RUNBOOK = join(import.meta.dirname, '../../../bin/runbook.js');
const folder = completionSite();

/** Returns the words that are offered for a line up to the cursor, without descriptions, separated by a space. */
function offered(line: string, shell = 'bash'): readonly string[] {
  const words = line.split(' ');
  const out = execFileSync(process.execPath, [RUNBOOK, '__complete', shell, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  return out
    .trimEnd()
    .split('\n')
    .map((one) => one.replace(/\t.*/, ''));
}

const HOSTS = ['web-1', 'web-2', 'db1', 'db2', 'localhost'];
const GROUPS = ['all', 'ungrouped', 'web', 'db'];

test.each<[string, string, readonly string[]]>([
  ['commands', 'pl', [':', 'play', 'plan']],
  ['a command in full', 'play', [':', 'play']],
  ['nothing for an unknown command', 'nonsense ', [':']],
  ['commands behind help', 'help va', [':', 'vars', 'vault']],
  ['subcommands', 'vault e', [':', 'encrypt', 'edit']],
  ['options', 'play --st', [':', '--start-at-task', '--step']],
  ['options of a subcommand', 'vault encrypt --rec', [':', '--recipient', '--recipients-file']],
  ['no option twice', 'play --step --st', [':', '--start-at-task']],
  ['but those that may be repeated', 'play -i a --inv', [':', '--inventory']],
  ['choices', 'play --output ', [':', 'auto', 'plain', 'json']],
  ['choices behind =, as bash has it', 'play --output = j', [':', 'json']],
  ['choices right behind =', 'play --output =', [':', 'auto', 'plain', 'json']],
  ['choices of another command', 'show --format ma', [':', 'markdown']],
  ['files', 'play ', [':files']],
  ['files for a value', 'play -i ', [':files']],
  ['files for a value behind =', 'play --inventory = ho', [':files']],
  ['files of a variadic argument', 'lint site.yml ', [':files']],
  ['nothing for free values', 'play -f ', [':']],
  ['hosts and groups', 'play site.yml -i hosts.yml -l ', [':', ...GROUPS, ...HOSTS]],
  ['hosts that begin so', 'exec -i hosts.yml we', [':', 'web', 'web-1', 'web-2']],
  ['hosts of several inventories', 'ping -i hosts -i folder o', [':', 'old', 'old-1']],
  ['hosts of -ifile', 'ping -ihosts.yml db', [':', 'db', 'db1', 'db2']],
  ['hosts of a list', 'ping -i a1,a2, a', [':', 'all', 'a1', 'a2']],
  ['the last part of a pattern', 'ping -i hosts.yml web-1,d', [':', 'web-1,db', 'web-1,db1', 'web-1,db2']],
  ['the last part of a pattern behind :, as bash has it', 'ping -i hosts.yml web : &d', [':', '&db', '&db1', '&db2']],
  ['a pattern that begins with !', 'ping -i hosts.yml !web-1', [':', '!web-1']],
  ['hosts where there are only hosts', 'vars -i hosts.yml d', [':', 'db1', 'db2']],
  ['groups', 'inventory -i hosts.yml --graph d', [':', 'db']],
  ['files behind @ of a pattern', 'play -i hosts.yml -l @ho', [':', '@hosts', '@hosts.yml']],
  ['folders behind @ go on', 'play -e @fol', [':nospace', '@folder/']],
  ['what a broken inventory has: nothing', 'ping -i broken.yml d', [':']],
  ['what is not there: nothing', 'ping -i none.yml d', [':']],
  [
    'tags',
    'play site.yml -t ',
    [':', 'app', 'base', 'imported', 'inner', 'install', "it's", 'last', 'more', 'roles', 'whole'],
  ],
  ['the last of several tags', 'play site.yml -t app,in', [':', 'app,inner', 'app,install']],
  ['tags, with the playbook behind nothing', 'play -t i', [':']],
  ['tasks', 'plan site.yml --start-at-task I', [':', 'Install the thing', 'Imported', 'Inner']],
  ['tasks of roles', 'plan site.yml --start-at-task app', [':', 'app : In a role']],
  ['quotes that are open', `plan site.yml --start-at-task "Inst`, [':', 'Install the thing']],
  ['runs, the last one first', 'runs show ', [':', '20260202T000000-bbb', '20260101T000000-aaa']],
  ['runs to go on with', 'play site.yml --resume ', [':', '20260202T000000-bbb', '20260101T000000-aaa']],
  ['modules', 'exec all -m user', [':', 'user']],
  ['modules and topics', 'docs he', [':', 'helpers']],
  ['no modules of the list in exec', 'exec all -m helpers', [':']],
  ['nothing behind the last argument but options', 'facts all --loo', [':', '--look-timeout']],
  ['options behind --: none', 'play -- --st', [':files']],
  ['rules of lint, which go on', 'lint --rule unnamed-t', [':nospace', 'unnamed-task=']],
  ['levels of a rule, as bash has it', 'lint --rule unnamed-task = w', [':', 'warning']],
  ['codes and rules to explain', 'explain unknown-task', [':', 'unknown-task']],
  ['shells', 'completion z', [':', 'zsh']],
])('offers %s', (_, line, expected) => {
  expect(offered(line)).toEqual(expected);
});

test('a program that is an inventory is not run, and nothing is said', () => {
  expect(offered('ping -i program.sh ')).toEqual([':', 'all', 'ungrouped', 'localhost']);
  expect(existsSync(join(folder, 'ran'))).toBe(false);
  expect(readdirSync(join(folder, '.runbook/runs'))).toHaveLength(2);
});

test('zsh and fish choose for themselves what fits, and get descriptions', () => {
  expect(offered('docs x', 'zsh').length).toBeGreaterThan(40);
  const out = execFileSync(process.execPath, [RUNBOOK, '__complete', 'fish', 'lint', '--id'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(out).toMatch(/^--identity\tage identity or private SSH key/m);
});

test.each([
  ['no shell', []],
  ['an unknown shell', ['tcsh', 'pl']],
  ['an odd byte', ['bash', 'play', '--\u0007']],
])('says nothing with %s', (_, args) => {
  const out = execFileSync(process.execPath, [RUNBOOK, '__complete', ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  expect(out.replace(/^:\n/, '')).toBe('');
});

test('a shell that it does not know is refused with those that it knows', () => {
  const { status, stderr } = spawnSync(process.execPath, [RUNBOOK, 'completion', 'tcsh'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'error: shell cannot be "tcsh"\n  help: Write one of: bash, zsh, fish.\n',
  });
});

test('every value of every command is known by what its placeholder says, or has choices', async () => {
  const commands = await Promise.all(
    [...COMMANDS].map(async ([name, { add }]) => {
      const command = new Command(name);
      await add(command, () => undefined);
      return command;
    }),
  );
  const values = commands
    .flatMap((command) => [command, ...command.commands])
    .flatMap((command) => [
      ...command.options
        .filter(({ argChoices, required, optional }) => argChoices === undefined && (required || optional))
        .map(({ flags }) => ({ of: `${command.name()} ${flags}`, placeholder: placeholderOf(flags) ?? '' })),
      ...command.registeredArguments
        .filter(({ argChoices }) => argChoices === undefined)
        .map((argument) => ({ of: `${command.name()} <${argument.name()}>`, placeholder: argument.name() })),
    ]);
  expect(values.length).toBeGreaterThan(100);
  expect(values.filter(({ placeholder }) => !SOURCES.has(placeholder))).toEqual([]);
});
