/** Permission bits as a task gives them: absolute (`0644`), or relative to the existing bits (`u=rw,go-w`). */
export type Mode =
  | { readonly kind: 'octal'; readonly bits: number }
  | { readonly kind: 'symbolic'; readonly text: string; readonly clauses: readonly Clause[] };

type Who = 'u' | 'g' | 'o';

interface Clause {
  readonly who: readonly Who[];
  /**
   * True if the clause names nobody. It then applies to everybody, without the bits of r, w and x that the mask
   * removes.
   */
  readonly isMasked: boolean;
  readonly operator: '+' | '-' | '=';
  readonly permissions: string;
}

const EVERYBODY: readonly Who[] = ['u', 'g', 'o'];
const SHIFT: Readonly<Record<Who, number>> = { u: 6, g: 3, o: 0 };
/** The special bit of each: set-user-id, set-group-id, sticky. */
const SPECIAL: Readonly<Record<Who, number>> = { u: 0o4000, g: 0o2000, o: 0o1000 };
/** The umask during changes. */
const MASK = 0o022;

/** Reads `0644`, `644`, `0o644`, `u=rw,go=r`, `u=rw-x+X`, `a+X`; undefined for anything else. */
export function parseMode(text: string): Mode | undefined {
  const [, digits] = /^(?:0[oO])?([0-7]{3,5})$/.exec(text) ?? [];
  if (digits !== undefined) {
    const bits = Number.parseInt(digits, 8);
    return bits <= 0o7777 ? { kind: 'octal', bits } : undefined;
  }
  // A mode in the form of ls (`-rw-r--r--`) must not be read as a list of bits to remove.
  if (/^[-dlbcps]?(?:[r-][w-][xsS-]){2}[r-][w-][xtT-][+.@]?$/.test(text)) return undefined;
  const clauses = text.split(',').map(clausesOf);
  return clauses.every((one) => one !== undefined) ? { kind: 'symbolic', text, clauses: clauses.flat() } : undefined;
}

/** Reads the clauses of `u=rw-x`, one for each operator; undefined for anything else. */
function clausesOf(text: string): readonly Clause[] | undefined {
  const [, names, changes] = /^([ugoa]*)((?:[+=-](?:[rwxXst]*|[ugo]))+)$/.exec(text) ?? [];
  if (names === undefined || changes === undefined) return undefined;
  const who = names === '' || names.includes('a') ? EVERYBODY : names.split('').filter(isWho);
  return [...changes.matchAll(/([+=-])([^+=-]*)/g)].flatMap(([, operator, permissions = '']) =>
    operator === '+' || operator === '-' || operator === '='
      ? [{ who, isMasked: names === '', operator, permissions }]
      : [],
  );
}

function isWho(name: string): name is Who {
  return name === 'u' || name === 'g' || name === 'o';
}

/**
 * Returns the permission bits after a change of `current`, as Ansible computes them: unlike the chmod of GNU, `g=rx`
 * removes set-group-id from a directory.
 */
export function applyMode(mode: Mode, current: number, type: 'file' | 'directory'): number {
  if (mode.kind === 'octal') return mode.bits;
  return mode.clauses.reduce(
    (bits, clause) => clause.who.reduce((before, who) => applied(clause, who, before, type), bits),
    current,
  );
}

function applied(
  { isMasked, operator, permissions }: Clause,
  who: Who,
  bits: number,
  type: 'file' | 'directory',
): number {
  const allowed = isMasked ? ~MASK : 0o7777;
  const wanted = permissions
    .split('')
    .reduce((sum, permission) => sum | (bitsOf(permission, who, bits, type) & allowedFor(permission, allowed)), 0);
  switch (operator) {
    case '+':
      return bits | wanted;
    case '-':
      return bits & ~wanted;
    case '=':
      return (bits & ~((7 << SHIFT[who]) | SPECIAL[who])) | wanted;
  }
}

function allowedFor(permission: string, allowed: number): number {
  return permission === 'r' || permission === 'w' || permission === 'x' ? allowed : 0o7777;
}

function bitsOf(permission: string, who: Who, bits: number, type: 'file' | 'directory'): number {
  switch (permission) {
    case 'r':
      return 4 << SHIFT[who];
    case 'w':
      return 2 << SHIFT[who];
    case 'x':
      return 1 << SHIFT[who];
    case 'X':
      return type === 'directory' || (bits & 0o111) !== 0 ? 1 << SHIFT[who] : 0;
    case 's':
      return who === 'o' ? 0 : SPECIAL[who];
    case 't':
      return who === 'o' ? SPECIAL.o : 0;
    case 'u':
    case 'g':
    case 'o':
      return ((bits >> SHIFT[permission]) & 7) << SHIFT[who];
    default:
      return 0;
  }
}

/** Formats permission bits as four octal digits. */
export function formatMode(bits: number): string {
  return bits.toString(8).padStart(4, '0');
}

/** Formats permission bits as in the results of Ansible, with a leading zero: `0644`, `04755`. */
export function shownMode(bits: number): string {
  return `0${bits.toString(8).padStart(3, '0')}`;
}
