/** A file's permission bits as a task asks for them: as they are (`0644`), or against what is there (`u=rw,go-w`). */
export type Mode =
  | { readonly kind: 'octal'; readonly bits: number }
  | { readonly kind: 'symbolic'; readonly text: string; readonly clauses: readonly Clause[] };

interface Clause {
  /** Bits of user, group and others that the clause is about: 0o700, 0o070, 0o007 and their sum. */
  readonly who: number;
  readonly operator: '+' | '-' | '=';
  readonly permissions: string;
}

const CLASSES: Readonly<Record<string, number>> = { u: 0o700, g: 0o070, o: 0o007, a: 0o777 };
const PERMISSIONS: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111 };

/** Reads `0644`, `644`, `u=rw,go=r`, `a+X`; undefined for anything else. */
export function parseMode(text: string): Mode | undefined {
  if (/^[0-7]{3,5}$/.test(text)) {
    const bits = Number.parseInt(text, 8);
    return bits <= 0o7777 ? { kind: 'octal', bits } : undefined;
  }
  const clauses: Clause[] = [];
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)([+=-])([rwxXst]*|[ugo])$/.exec(clause);
    if (match === null) return undefined;
    const [, who = '', operator, permissions = ''] = match;
    if (operator !== '+' && operator !== '-' && operator !== '=') return undefined;
    clauses.push({ who: who === '' ? 0o777 : who.split('').reduce((sum, name) => sum | (CLASSES[name] ?? 0), 0), operator, permissions });
  }
  return { kind: 'symbolic', text, clauses };
}

/** The bits that come of it, as chmod would set them on something that has `current` now. */
export function applyMode(mode: Mode, current: number, type: 'file' | 'directory'): number {
  if (mode.kind === 'octal') return mode.bits;
  return mode.clauses.reduce((bits, clause) => applyClause(clause, bits, type), current);
}

function applyClause({ who, operator, permissions }: Clause, bits: number, type: 'file' | 'directory'): number {
  let wanted = 0;
  const copied = CLASSES[permissions];
  if (copied !== undefined && permissions !== 'a') {
    const one = permissions === 'u' ? (bits >> 6) & 7 : permissions === 'g' ? (bits >> 3) & 7 : bits & 7;
    wanted = (one * 0o111) & who;
  } else {
    for (const permission of permissions) {
      if (permission === 'X') wanted |= type === 'directory' || (bits & 0o111) !== 0 ? 0o111 & who : 0;
      else if (permission === 's') wanted |= ((who & 0o700) !== 0 ? 0o4000 : 0) | ((who & 0o070) !== 0 ? 0o2000 : 0);
      else if (permission === 't') wanted |= 0o1000;
      else wanted |= (PERMISSIONS[permission] ?? 0) & who;
    }
  }
  switch (operator) {
    case '+':
      return bits | wanted;
    case '-':
      return bits & ~wanted;
    case '=': {
      // GNU chmod keeps a directory's set-id bits unless they are named.
      const special = type === 'directory' ? 0 : ((who & 0o700) !== 0 ? 0o4000 : 0) | ((who & 0o070) !== 0 ? 0o2000 : 0);
      return (bits & ~(who | special)) | wanted;
    }
  }
}

/** Four octal digits, as Ansible shows them: `0644`. */
export function formatMode(bits: number): string {
  return bits.toString(8).padStart(4, '0');
}
