import { readdirSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { readAtOnce } from '../../files/read-file.ts';
import { wildcards } from '../base/wildcards.ts';

/** The patterns of a `Host` line, or a `Match` line, whose result only ssh can compute. */
type Block = { readonly kind: 'host'; readonly patterns: readonly string[] } | { readonly kind: 'match' };

/**
 * A summary of the configuration files: it decides whether ssh must be asked at all, and which hosts share the same
 * answer.
 */
export interface Outline {
  readonly blocks: readonly Block[];
  /** True if an option is set that matters here. */
  readonly speaks: boolean;
  /** True if an option for all hosts has a value that depends on the host: `HostName %h.example.org`. */
  readonly differsByHost: boolean;
  /** True if an answer may depend on user and port: there is a Match line, or a token for them. */
  readonly differsByLogin: boolean;
}

/** The login that ssh is asked about. */
export interface Login {
  readonly host: string;
  /** From the inventory or the command line; undefined if the configuration of ssh decides. */
  readonly user: string | undefined;
  readonly port: number | undefined;
  /** Arguments for ssh from the inventory. */
  readonly call?: SshCall | undefined;
}

/** Settings for the command line of ssh, as `Name=value`. */
export interface SshCall {
  /** A file that replaces the configuration files of ssh. */
  readonly configFile: string | undefined;
  /** Settings before user and port. */
  readonly first: readonly string[];
  /** Settings after user and port. */
  readonly last: readonly string[];
}

const SYSTEM_FILE = '/etc/ssh/ssh_config';

/** Returns the configuration files that ssh reads for this call. */
export function filesFor(call: SshCall | undefined): readonly string[] {
  const own = call?.configFile;
  if (own === undefined) return [join(homedir(), '.ssh/config'), SYSTEM_FILE];
  return own === 'none' ? [] : [own];
}

/** Maximal depth of files that include each other. */
const MAX_DEPTH = 16;
const EMPTY: Outline = { blocks: [], speaks: false, differsByHost: false, differsByLogin: false };

/**
 * Options that many distributions set for all hosts, and that matter only if a login fails or a host is new. Asking ssh
 * would cost a process.
 */
const USUAL =
  /^\s*(?:sendenv\s[\s=]*(?:(?:LANG|LC_\*|COLORTERM|NO_COLOR)\s*)+|hashknownhosts\b.*|gssapi(?:authentication|delegatecredentials)\b.*|host\s[\s=]*\*|include\b.*)$/i;

/**
 * Returns whether the answer of ssh for this host is valid for no other host. This is so if a block with a more
 * specific pattern than `*` matches the host.
 */
export function hasOwnAnswer(outline: Outline, host: string): boolean {
  return (
    outline.differsByHost ||
    outline.blocks.some(
      (block) => block.kind === 'match' || (!block.patterns.includes('*') && matches(block.patterns, host)),
    )
  );
}

/** Returns the key of an answer. Logins with the same key have the same settings. */
export function answerKey(outline: Outline, { host, user, port, call }: Login): string {
  const login = outline.differsByLogin ? [user ?? '', port ?? ''] : [];
  const said = call === undefined ? [] : [call.configFile ?? '', call.first, call.last];
  return JSON.stringify([hasOwnAnswer(outline, host) ? host : '*', ...login, ...said]);
}

function matches(patterns: readonly string[], host: string): boolean {
  const hit = (pattern: string): boolean => wildcards(pattern, { classes: false, ignoreCase: true }).test(host);
  return (
    patterns.some((one) => !one.startsWith('!') && hit(one)) &&
    !patterns.some((one) => one.startsWith('!') && hit(one.slice(1)))
  );
}

/** Summarizes files, and settings of a command line. Files that cannot be read are ignored. */
export async function readOutline(files: readonly string[], settings: readonly string[] = []): Promise<Outline> {
  const outlines: Outline[] = [await outlineOf(settings.join('\n'), '', 0)];
  for (const file of files) {
    const text = textOf(file);
    if (text !== undefined) outlines.push(await outlineOf(text, file, 0));
  }
  return merge(outlines);
}

function merge(outlines: readonly Outline[]): Outline {
  return {
    blocks: outlines.flatMap((one) => one.blocks),
    speaks: outlines.some((one) => one.speaks),
    differsByHost: outlines.some((one) => one.differsByHost),
    differsByLogin: outlines.some((one) => one.differsByLogin),
  };
}

/**
 * Summarizes a file and its Include lines, whose relative paths start at ~/.ssh or /etc/ssh. Like ssh, it follows at
 * most 16 levels.
 */
async function outlineOf(text: string, file: string, depth: number): Promise<Outline> {
  const outlines: Outline[] = [];
  // True while in a block for all hosts; an included file may itself be included from such a block.
  let isForAll = true;
  for (const line of text.split('\n')) {
    const [name = '', ...rest] = line.trim().split(/[\s=]+/);
    const keyword = name.toLowerCase();
    const values = rest.map((value) => value.replaceAll('"', ''));
    if (keyword === '' || keyword.startsWith('#')) continue;
    const own = { ...EMPTY, speaks: !USUAL.test(line) };
    switch (keyword) {
      case 'host':
        outlines.push({ ...own, blocks: [{ kind: 'host', patterns: values }] });
        isForAll = depth > 0 || values.includes('*');
        break;
      case 'match':
        outlines.push({ ...own, blocks: [{ kind: 'match' }], differsByLogin: true });
        isForAll = true;
        break;
      case 'include':
        outlines.push(own);
        if (depth < MAX_DEPTH) for (const value of values) outlines.push(await includeOf(value, file, depth));
        break;
      default:
        outlines.push({ ...own, ...optionOutline(keyword, line, isForAll) });
    }
  }
  return merge(outlines);
}

/** Returns how the value of an option depends on host and login. */
function optionOutline(
  keyword: string,
  line: string,
  isForAll: boolean,
): Pick<Outline, 'differsByHost' | 'differsByLogin'> {
  // `ssh -G` prints all values with their tokens, except known_hosts files, where it replaces them.
  const hasTokens = keyword === 'userknownhostsfile';
  const isAddress = keyword === 'hostname' || keyword === 'canonicalizehostname';
  return {
    differsByHost: isForAll && (isAddress || (hasTokens && /%[hnkCjL]/.test(line))),
    differsByLogin: hasTokens && /%[prC]/.test(line),
  };
}

async function includeOf(value: string, file: string, depth: number): Promise<Outline> {
  const home = value.replace(/^~(?=\/)/, homedir());
  const base = file === SYSTEM_FILE ? '/etc/ssh' : join(homedir(), '.ssh');
  const pattern = isAbsolute(home) ? home : join(base, home);
  const outlines: Outline[] = [];
  if (isInEmptyFolder(pattern)) return EMPTY;
  for await (const path of glob(pattern)) {
    const text = textOf(path);
    if (text !== undefined) outlines.push(await outlineOf(text, file, depth + 1));
  }
  return merge(outlines);
}

/** Most systems include an empty folder. This check takes less time than Node needs to load its glob patterns, 5 ms. */
function isInEmptyFolder(pattern: string): boolean {
  const folder = dirname(pattern);
  if (/[*?[\]{}()!+@\\]/.test(folder)) return false;
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

/** Read synchronously: these files are short, and waiting for another thread takes longer than reading them. */
function textOf(file: string): string | undefined {
  try {
    return readAtOnce(file).toString();
  } catch {
    return undefined;
  }
}
