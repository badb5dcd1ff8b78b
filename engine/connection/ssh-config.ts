import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import pLimit from 'p-limit';

/** What ssh's own configuration says of a host; undefined where it says nothing beyond ssh's defaults. */
export interface SshConfig {
  readonly address?: string;
  readonly port?: number;
  readonly user?: string;
  readonly identityFiles?: readonly string[];
  readonly knownHostsFiles?: readonly string[];
  readonly hostKeyChecking?: 'strict' | 'accept-new' | 'off';
  readonly hostKeyAlias?: string;
  /** `[user@]host[:port]` each, the nearest first. */
  readonly jumps?: readonly string[];
  readonly proxyCommand?: string;
  /** Socket of the agent to use instead of SSH_AUTH_SOCK. */
  readonly agent?: string;
}

const run = promisify(execFile);
const spawns = pLimit(4);

/** A `Host` line's patterns, or a `Match` line, whose outcome only ssh itself can tell. */
type Block = { readonly kind: 'host'; readonly patterns: readonly string[] } | { readonly kind: 'match' };

/** What the files hold, as far as it decides whether ssh must be asked at all, and for which hosts the answer is the same. */
export interface Outline {
  readonly blocks: readonly Block[];
  /** Whether any option is set that matters here. */
  readonly speaks: boolean;
}

const MATTERS =
  /^\s*(?:hostname|user|port|identityfile|identityagent|userknownhostsfile|globalknownhostsfile|stricthostkeychecking|proxyjump|proxycommand|hostkeyalias|match)\b/i;

let outline: Promise<Outline> | undefined;
const answers = new Map<string, Promise<SshConfig>>();

/**
 * The settings of `~/.ssh/config` and `/etc/ssh/ssh_config` for a host, as `ssh -G` gives them. ssh is started at most once for all
 * the hosts that the same `Host` lines match, and not at all where the files set nothing that matters.
 */
export async function sshConfigFor(host: string): Promise<SshConfig> {
  outline ??= readOutline([join(homedir(), '.ssh/config'), '/etc/ssh/ssh_config']);
  const { speaks, blocks } = await outline;
  if (!speaks || host.startsWith('-')) return {};
  const key = answerKey(blocks, host);
  let answer = answers.get(key);
  if (answer === undefined) {
    answer = spawns(() => ask(host));
    answers.set(key, answer);
  }
  const { address, ...settings } = await answer;
  // `HostName %h.example.org` differs by host, so the address is only taken from an answer that was given for this one.
  return key === host ? (address === undefined ? settings : { ...settings, address }) : settings;
}

/** Hosts with the same key have the same settings. A host that is matched by more than wildcards for all gets one of its own. */
export function answerKey(blocks: readonly Block[], host: string): string {
  const own = blocks.some((block) => block.kind === 'match' || (!block.patterns.includes('*') && matches(block.patterns, host)));
  return own ? host : '*';
}

function matches(patterns: readonly string[], host: string): boolean {
  const hit = (pattern: string): boolean =>
    new RegExp(
      `^${pattern
        .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
      'i',
    ).test(host);
  return patterns.some((one) => !one.startsWith('!') && hit(one)) && !patterns.some((one) => one.startsWith('!') && hit(one.slice(1)));
}

async function readOutline(files: readonly string[]): Promise<Outline> {
  const outlines: Outline[] = [];
  for (const file of files) {
    const text = textOf(file);
    if (text !== undefined) outlines.push(await outlineOf(text, file, 0));
  }
  return merge(outlines);
}

const EMPTY: Outline = { blocks: [], speaks: false };

function merge(outlines: readonly Outline[]): Outline {
  return { blocks: outlines.flatMap((one) => one.blocks), speaks: outlines.some((one) => one.speaks) };
}

/** Follows Include, whose relative paths start at ~/.ssh or /etc/ssh; no deeper than ssh itself, 16 levels. */
async function outlineOf(text: string, file: string, depth: number): Promise<Outline> {
  const blocks: Block[] = [];
  const included: Outline[] = [];
  let speaks = false;
  for (const line of text.split('\n')) {
    const [keyword = '', ...rest] = line.trim().split(/[\s=]+/);
    const values = rest.map((value) => value.replaceAll('"', ''));
    speaks ||= MATTERS.test(line);
    if (keyword.toLowerCase() === 'host') blocks.push({ kind: 'host', patterns: values });
    else if (keyword.toLowerCase() === 'match') blocks.push({ kind: 'match' });
    else if (keyword.toLowerCase() === 'include' && depth < 16) {
      for (const value of values) included.push(await includeOf(value, file, depth));
    }
  }
  return merge([{ blocks, speaks }, ...included]);
}

async function includeOf(value: string, file: string, depth: number): Promise<Outline> {
  const home = value.replace(/^~(?=\/)/, homedir());
  const base = file.startsWith('/etc/') ? '/etc/ssh' : join(homedir(), '.ssh');
  const pattern = isAbsolute(home) ? home : join(base, home);
  const outlines: Outline[] = [];
  if (isInEmptyFolder(pattern)) return EMPTY;
  for await (const path of glob(pattern)) {
    const text = textOf(path);
    if (text !== undefined) outlines.push(await outlineOf(text, file, depth + 1));
  }
  return merge(outlines);
}

/** What most systems include is a folder in which there is nothing. To know that takes less than Node takes to load its patterns, 5 ms. */
function isInEmptyFolder(pattern: string): boolean {
  const folder = dirname(pattern);
  if (/[*?[\]{}()!+@\\]/.test(folder)) return false;
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

/** At once: these files are short, and to wait for another thread takes longer than to read them. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Without ssh on this machine, its configuration has no say. */
async function ask(host: string): Promise<SshConfig> {
  try {
    const { stdout } = await run('ssh', ['-G', '--', host], { timeout: 10_000 });
    return parseSshG(stdout, host);
  } catch {
    return {};
  }
}

/** Decodes the output of `ssh -G`: one option a line, its name in small letters. What equals ssh's default is left out. */
export function parseSshG(output: string, host: string): SshConfig {
  const values = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const space = line.indexOf(' ');
    if (space === -1) continue;
    const name = line.slice(0, space);
    values.set(name, [...(values.get(name) ?? []), line.slice(space + 1).trim()]);
  }
  const one = (name: string): string | undefined => values.get(name)?.[0];
  const address = one('hostname');
  const port = one('port');
  const user = one('user');
  const identityFiles = values.get('identityfile')?.map(atHome);
  const knownHosts = [one('userknownhostsfile'), one('globalknownhostsfile')]
    .flatMap((files) => files?.split(' ') ?? [])
    .filter((file) => file !== 'none');
  const jumps = one('proxyjump');
  const proxyCommand = one('proxycommand');
  const checking = HOST_KEY_CHECKING.get(one('stricthostkeychecking') ?? '');
  const agent = one('identityagent');
  const hostKeyAlias = one('hostkeyalias');
  return {
    ...(address === undefined || address === host ? {} : { address }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(user === undefined ? {} : { user }),
    ...(identityFiles === undefined ? {} : { identityFiles }),
    ...(knownHosts.length === 0 ? {} : { knownHostsFiles: knownHosts.map(atHome) }),
    ...(proxyCommand === undefined || proxyCommand === 'none' ? {} : { proxyCommand }),
    ...(checking === undefined ? {} : { hostKeyChecking: checking }),
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    ...(jumps === undefined || jumps === 'none' ? {} : { jumps: jumps.split(',') }),
    ...(agent === undefined || agent === 'none' || agent === 'SSH_AUTH_SOCK' ? {} : { agent: atHome(agent) }),
  };
}

function atHome(path: string): string {
  return path.replace(/^~(?=\/)/, homedir());
}

/** `ask`, the default, is not among them: who runs a playbook cannot be asked a hundred times. */
const HOST_KEY_CHECKING: ReadonlyMap<string, NonNullable<SshConfig['hostKeyChecking']>> = new Map([
  ['true', 'strict'],
  ['yes', 'strict'],
  ['accept-new', 'accept-new'],
  ['false', 'off'],
  ['no', 'off'],
  ['off', 'off'],
]);
