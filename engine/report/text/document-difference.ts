import { createHash } from 'node:crypto';
import { structuredPatch } from 'diff';
import type { Difference, Shown } from '../../modules/base/module.ts';
import type { PlannedDifference } from '../../run/saved-plan/plan-document.ts';
import { mayHoldSecret } from '../../values/base/may-hold-secret.ts';
import { revealed } from '../../values/base/revealed.ts';
import { MASK, Secret } from '../../values/base/secret.ts';
import { type Value, Unknown } from '../../values/base/value.ts';
import { maskValue } from '../../values/mask/mask.ts';
import { safeLine, safeLines, safeText } from './safe-text.ts';

const CONTEXT = 3;
/**
 * Beyond this number of edits a diff is not computed, and only the sizes are shown. A limit in time would give other
 * plans on a busy machine.
 */
const MAX_EDITS = 2500;

/** Returns a difference in a form that everybody may see: secrets masked, control characters escaped, nothing cut. */
export function documentDifference(difference: Difference): PlannedDifference {
  switch (difference.kind) {
    case 'field':
      return documentField(difference);
    case 'command': {
      const text = revealed(difference.text);
      return { kind: 'command', text: safeLines(text).join('\n') };
    }
    case 'text':
      return documentText(difference);
    default: {
      const never: never = difference;
      throw new Error(`unknown difference ${JSON.stringify(never)}`);
    }
  }
}

function documentField(difference: Extract<Difference, { kind: 'field' }>): PlannedDifference {
  const { of, field, before, after } = difference;
  // The old value of a secret is as secret as the new one, although it is not in the list of known secrets.
  const secret = mayHoldSecret(before) || mayHoldSecret(after);
  return {
    kind: 'field',
    of: safeLine(of),
    field: safeLine(field),
    before: shownValue(before, secret),
    after: shownValue(after, secret),
  };
}

function shownValue(value: Value, secret: boolean): string {
  if (value instanceof Unknown) return '(known after apply)';
  if (value === null) return '(none)';
  return secret ? MASK : safeLine(JSON.stringify(maskValue(value)));
}

function documentText(difference: Extract<Difference, { kind: 'text' }>): PlannedDifference {
  const path = safeLine(difference.path);
  const ends = lineEndsToShow(difference.before, difference.after);
  const before = contentOf(difference.before, ends);
  const after = contentOf(difference.after, ends);
  if (before.kind === 'described' || after.kind === 'described')
    return { kind: 'content', path, before: described(before), after: described(after) };
  const secret = before.secret || after.secret;
  return {
    kind: 'text',
    path,
    absent: before.kind === 'absent' ? 'before' : after.kind === 'absent' ? 'after' : 'never',
    lines: patchLines(before.text, after.text, secret),
    sha256:
      typeof difference.after === 'string' && !secret
        ? createHash('sha256').update(difference.after).digest('hex')
        : null,
  };
}

function patchLines(before: string, after: string, secret: boolean): readonly string[] {
  const patch = structuredPatch('', '', before, after, '', '', { context: CONTEXT, maxEditLength: MAX_EDITS });
  if (patch === undefined) return [`(too different to show: ${countLines(before)} lines → ${countLines(after)} lines)`];
  const hide = secret ? hiding(after) : (line: string) => line;
  const lines = patch.hunks.flatMap((hunk) => [
    `@@ -${rangeOf(hunk.oldStart, hunk.oldLines)} +${rangeOf(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines.map((line) => (line.startsWith('-') ? `-${hide(line.slice(1))}` : line)),
  ]);
  if (lines.length > 0) return lines;
  if (before === '' && after === '') return ['(empty)'];
  return [secret ? '(only secrets differ)' : '(they differ in what looks the same here)'];
}

/** Line ends of Windows are shown as escapes if the two texts have different ones, or if one text has both kinds. */
type LineEnds = 'hidden' | 'shown';

function lineEndsToShow(before: Shown | undefined, after: Shown | undefined): LineEnds {
  const kinds = [before, after].map((shown) =>
    shown instanceof Secret ? shown.reveal() : typeof shown === 'string' ? shown : '',
  );
  const used = new Set(
    kinds.flatMap((text) => [...(/\r\n/.test(text) ? ['crlf'] : []), ...(/(?<!\r)\n/.test(text) ? ['lf'] : [])]),
  );
  return used.size > 1 ? 'shown' : 'hidden';
}

/** As in `diff -u`: an empty range starts at the line before it. */
function rangeOf(start: number, count: number): string {
  return `${count === 0 ? start - 1 : start},${count}`;
}

/**
 * Returns a function that hides removed lines. In a file with secrets, a removed line may contain an old secret, which
 * is not in the list of known secrets. Only the name before the value is shown, and only if the new text, whose secrets
 * are known, shows the same name.
 */
function hiding(after: string): (line: string) => string {
  const names = new Set(after.split('\n').map(nameIn));
  return (line) => {
    const name = nameIn(line);
    return name !== '' && !name.includes(MASK) && names.has(name) ? `${name}${MASK}` : MASK;
  };
}

function nameIn(line: string): string {
  return /^[^:=]*[:=]\s*/.exec(line)?.[0] ?? '';
}

type Content =
  | { readonly kind: 'absent'; readonly text: ''; readonly secret: false }
  | { readonly kind: 'text'; readonly text: string; readonly secret: boolean }
  | { readonly kind: 'described'; readonly as: string };

function contentOf(shown: Shown | undefined, ends: LineEnds): Content {
  if (shown === undefined) return { kind: 'absent', text: '', secret: false };
  if (typeof shown === 'string') return { kind: 'text', text: maskedText(shown, ends), secret: false };
  if (shown instanceof Unknown) return { kind: 'described', as: '(known after apply)' };
  if (shown instanceof Secret) return secretContent(shown.reveal(), ends);
  return { kind: 'described', as: `${shown.size} bytes, sha256 ${shown.sha256.slice(0, 12)}…` };
}

/** If nothing could be masked, it is unknown which part is secret: then no part is shown. */
function secretContent(text: string, ends: LineEnds): Content {
  const masked = maskedText(text, ends);
  if (text !== '' && !masked.includes(MASK)) return { kind: 'described', as: '(secret)' };
  return { kind: 'text', text: masked, secret: true };
}

function maskedText(text: string, ends: LineEnds): string {
  return safeText(ends === 'shown' ? text : text.replaceAll('\r\n', '\n'));
}

function described(content: Content): string {
  switch (content.kind) {
    case 'absent':
      return '(absent)';
    case 'described':
      return content.as;
    case 'text':
      return content.secret ? '(secret)' : `${countLines(content.text)} lines`;
    default: {
      const never: never = content;
      throw new Error(`unknown content ${JSON.stringify(never)}`);
    }
  }
}

function countLines(text: string): number {
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
