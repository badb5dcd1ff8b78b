import { readdirSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { readAtOnce } from '../../files/read-file.ts';
import { wildcards } from '../base/wildcards.ts';

/** A `Host` line's patterns, or a `Match` line, whose outcome only ssh itself can tell. */
type Block = { readonly kind: 'host'; readonly patterns: readonly string[] } | { readonly kind: 'match' };

/**
 * What the files hold, as far as it decides whether ssh must be asked at all, and for which hosts the answer is the
 * same.
 */
export interface Outline {
  readonly blocks: readonly Block[];
  /** Whether any option is set that matters here. */
  readonly speaks: boolean;
  /** Whether an option for all hosts has a value that differs by the host: `HostName %h.example.org`. */
  readonly differsByHost: boolean;
  /** Whether an answer may differ by user and port: there is a Match line, or a token for them. */
  readonly differsByLogin: boolean;
}

/** Who is asked for. */
export interface Login {
  readonly host: string;
  /** As the inventory or the command line say; undefined where ssh's configuration says it. */
  readonly user: string | undefined;
  readonly port: number | undefined;
  /** What the inventory has for the command line of ssh. */
  readonly call?: SshCall | undefined;
}

/** Settings for the command line of ssh, `Name=value` each. */
export interface SshCall {
  /** In place of the files of ssh's configuration. */
  readonly configFile: string | undefined;
  /** Ahead of user and port. */
  readonly first: readonly string[];
  /** Behind them. */
  readonly last: readonly string[];
}

const SYSTEM_FILE = '/etc/ssh/ssh_config';

/** The files that ssh reads for it. */
export function filesFor(call: SshCall | undefined): readonly string[] {
  const own = call?.configFile;
  if (own === undefined) return [join(homedir(), '.ssh/config'), SYSTEM_FILE];
  return own === 'none' ? [] : [own];
}

/** Of files that include one another. */
const MAX_DEPTH = 16;
const EMPTY: Outline = { blocks: [], speaks: false, differsByHost: false, differsByLogin: false };

/**
 * What stands in the configuration of every machine of a distribution, and changes nothing until a login fails or a
 * host is new: to ask ssh takes a process.
 */
const USUAL =
  /^\s*(?:sendenv\s[\s=]*(?:(?:LANG|LC_\*|COLORTERM|NO_COLOR)\s*)+|hashknownhosts\b.*|gssapi(?:authentication|delegatecredentials)\b.*|host\s[\s=]*\*|include\b.*)$/i;

/**
 * Whether what ssh says of the host holds for no other one. A host that is matched by more than wildcards for all has
 * such an answer.
 */
export function hasOwnAnswer(outline: Outline, host: string): boolean {
  return (
    outline.differsByHost ||
    outline.blocks.some(
      (block) => block.kind === 'match' || (!block.patterns.includes('*') && matches(block.patterns, host)),
    )
  );
}

/** Logins with the same key have the same settings. */
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

/** Of files, and of settings of a command line. Files that cannot be read say nothing. */
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

/** Follows Include, whose relative paths start at ~/.ssh or /etc/ssh; no deeper than ssh itself, 16 levels. */
async function outlineOf(text: string, file: string, depth: number): Promise<Outline> {
  const outlines: Outline[] = [];
  // A file that is included may stand in a block for all.
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

/** How the value of an option differs by host and login. */
function optionOutline(
  keyword: string,
  line: string,
  isForAll: boolean,
): Pick<Outline, 'differsByHost' | 'differsByLogin'> {
  // Of what ssh prints, known_hosts files are the one thing whose tokens it has replaced.
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

/**
 * What most systems include is a folder in which there is nothing. To know that takes less than Node takes to load its
 * patterns, 5 ms.
 */
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
    return readAtOnce(file).toString();
  } catch {
    return undefined;
  }
}
