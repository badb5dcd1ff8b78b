import { type Member, type Modified, stripped, tidyName } from './archive-member.ts';

/** The program that lists and unpacks on the host. */
export type ArchiveTool = 'gnu' | 'busybox' | 'zip';

/**
 * Reads the list of an archive from the tool of the host. Throws Error if a name is ambiguous, unsafe, or not UTF-8.
 */
export function readListing(tool: ArchiveTool, output: Buffer, strip: number): readonly Member[] {
  const lines = output.toString('latin1').split('\n');
  switch (tool) {
    case 'gnu':
      return lines.flatMap((line) => gnuMember(line));
    case 'busybox':
      return withoutArrows(lines.flatMap((line) => busyboxMember(line, strip)));
    case 'zip':
      return lines.flatMap((line) => zipMember(line));
  }
}

const TAR_BITS = /^([-dlhbcps])([-rwxsStT]{9}) /;
const TAR_SIZE = / (\d+(?:,\d+)?) (\d{4,}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?)(?:\.\d+)? /;

/** Splits a line of tar. Names of accounts of other systems may contain blanks. */
function tarFields(line: string): readonly (string | undefined)[] {
  const [head = '', type, bits] = TAR_BITS.exec(line) ?? [];
  const slash = line.indexOf('/', head.length + 1);
  const found = type === undefined || slash === -1 ? null : TAR_SIZE.exec(line.slice(slash + 1));
  if (found === null) return [];
  const [whole, size, day, time] = found;
  const group = line.slice(slash + 1, slash + 1 + found.index).trimEnd();
  return [
    type,
    bits,
    line.slice(head.length, slash),
    group,
    size,
    day,
    time,
    line.slice(slash + 1 + found.index + whole.length),
  ];
}

/** Reads a line of `--quoting-style=c`: names are in quotes, with the escapes of C. The names are already stripped. */
function gnuMember(line: string): readonly Member[] {
  refuseRemoved(line);
  const [type, bits = '', owner, group, size, day, time, rest = ''] = tarFields(line);
  if (type === undefined) return [];
  const [, name = '', target] = /^"((?:\\.|[^"\\])*)"(?:\/|(?: -> | link to )"((?:\\.|[^"\\])*)")?$/.exec(rest) ?? [];
  // A folder that --strip-components removes leaves no name.
  if (name === '') return [];
  const modified = { kind: 'seconds', seconds: Date.parse(`${day}T${time}Z`) / 1000 } as const;
  return [
    member({
      type,
      bits,
      owner,
      group,
      size,
      modified,
      name: fromC(name),
      target: target === undefined ? undefined : fromC(target),
    }),
  ];
}

/** Throws Error for a name that leads out of the folder: tar leaves out the leading part, and goes on. */
function refuseRemoved(line: string): void {
  const [, removed = ''] =
    /^tar: [Rr]emoving leading [`'](.*)' from (?:member names|hard link targets)$/.exec(line) ?? [];
  if (removed.split('/').includes('..'))
    throw new Error(`it holds a name with ${removed} in front, which leads out of the folder that it is unpacked in`);
}

/** Names are not escaped. If a name contains a line end, the rest of it is a line that does not match. */
function busyboxMember(line: string, strip: number): readonly Member[] {
  refuseRemoved(line);
  if (line === '' || line.startsWith('tar: ')) return [];
  const [type, bits = '', owner, group, size, day, time, rest = ''] = tarFields(line);
  if (type === undefined)
    throw new Error('it holds a name with a line end, which the tar of busybox does not tell apart');
  const modified = { kind: 'seconds', seconds: Date.parse(`${day}T${time}Z`) / 1000 } as const;
  const isHard = type === '-' && size === '0' && rest.includes(ARROW);
  const [told, target] = isHard || type === 'l' ? atArrow(rest) : [rest, undefined];
  const name = stripped(asUtf8(told), strip);
  if (name === undefined) return [];
  const linked = target === undefined ? undefined : asUtf8(target);
  return [
    isHard
      ? member({ type: 'h', bits, owner, group, size, modified, name, target: hardTarget(linked, strip) })
      : member({ type, bits, owner, group, size, modified, name, target: linked }),
  ];
}

const ARROW = ' -> ';

/** Splits the name of a link from its target. */
function atArrow(text: string): readonly [name: string, target: string | undefined] {
  const at = text.indexOf(ARROW);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + ARROW.length)];
}

/** A hard link leads to a member, whose name is stripped too. */
function hardTarget(target: string | undefined, strip: number): string | undefined {
  return target === undefined || target.startsWith('/') ? target : (stripped(target, strip) ?? '');
}

/**
 * Throws Error if an arrow is ambiguous: a list of busybox does not show whether it is part of a name or follows the
 * name of a link.
 */
function withoutArrows(members: readonly Member[]): readonly Member[] {
  const names = new Set(members.map(({ name }) => name));
  const unclear = members.find(
    ({ type, target = '' }) =>
      (type === 'link' || type === 'hard_link') &&
      (target.includes(' -> ') || (type === 'hard_link' && !names.has(target))),
  );
  if (unclear === undefined) return members;
  throw new Error(
    `it holds ${unclear.name} -> ${unclear.target ?? ''}, of which the tar of busybox does not show where the name ends`,
  );
}

const ZIP_LINE = /^([-dl?])([-rwxsStT]{9}|[-a-zA-Z]+) +[\d.]+ (\S+) +(\d+) \S+ +\S+ (\d{8}\.\d{6}) (.*)$/;

/** Reads a line of zipinfo -s -T. The time is in the time zone of the host. */
function zipMember(line: string): readonly Member[] {
  const [, type, bits = '', system, size, digits = '', rest = ''] = ZIP_LINE.exec(line) ?? [];
  if (type === undefined) return [];
  const told = asUtf8(rest);
  const name = system === 'fat' && !told.includes('/') ? told.replaceAll('\\', '/') : told;
  if (/\^[@-_?]/.test(name)) throw new Error(`it holds a name with a control character, or with a ^ in it: ${name}`);
  return [
    {
      ...member({
        // A question mark means that the archive has only the permission bits, as Python writes it.
        type: type !== '-' && type !== '?' ? type : name.endsWith('/') ? 'd' : '-',
        bits,
        owner: undefined,
        group: undefined,
        size,
        modified: { kind: 'local', digits },
        name,
        target: undefined,
      }),
      ...(system === 'unx' && bits.length === 9 ? {} : { mode: undefined }),
    },
  ];
}

interface Told {
  readonly type: string;
  readonly bits: string;
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly size: string | undefined;
  readonly modified: Modified;
  readonly name: string;
  readonly target: string | undefined;
}

const TYPES: Readonly<Record<string, Member['type']>> = { '-': 'file', d: 'directory', l: 'link', h: 'hard_link' };

function member({ type, bits, owner, group, size, modified, name, target }: Told): Member {
  const isNumber = (text: string | undefined): text is string => text !== undefined && /^\d+$/.test(text);
  return {
    name: tidyName(name),
    type: TYPES[type] ?? 'other',
    size: isNumber(size) ? Number(size) : undefined,
    mode: modeOf(bits),
    owner: isNumber(owner) ? undefined : owner,
    uid: isNumber(owner) ? Number(owner) : undefined,
    group: isNumber(group) ? undefined : group,
    gid: isNumber(group) ? Number(group) : undefined,
    modified,
    target: type === 'h' && target !== undefined && !target.startsWith('/') ? tidyName(target) : target,
  };
}

/** Returns the permission bits of a text such as `rwxr-xr-t`; undefined for a text of another length. */
function modeOf(bits: string): number | undefined {
  if (bits.length !== 9) return undefined;
  let mode = 0;
  for (let index = 0; index < 9; index += 1) {
    const letter = bits[index] ?? '-';
    if ('rwxst'.includes(letter)) mode |= 1 << (8 - index);
    if ('sStT'.includes(letter)) mode |= 0o4000 >> ((index - 2) / 3);
  }
  return mode;
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function fromC(text: string): string {
  return asUtf8(
    text.replace(/\\([0-7]{3}|.)/g, (_whole, escape: string) =>
      escape.length === 3 ? String.fromCharCode(Number.parseInt(escape, 8)) : (ESCAPES[escape] ?? escape),
    ),
  );
}

function asUtf8(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) throw new Error(`it holds a name that is not UTF-8: ${text}`);
  return text;
}
