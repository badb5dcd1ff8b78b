import { structuredPatch } from 'diff';
import type { Difference, Shown } from '../modules/module.ts';
import { maskValue } from '../values/mask.ts';
import { MASK, Secret } from '../values/secret.ts';
import type { Value } from '../values/value.ts';
import { Unknown } from '../values/value.ts';
import type { Paint } from './paint.ts';
import { safeLine, safeLines } from './safe-text.ts';

const CONTEXT = 3;
/** Beyond these a diff is not worth its time: the sizes are told instead. */
const MAX_EDITS = 5000;
const TIMEOUT_MS = 500;
const MAX_LINES = 400;
/** A line beyond this is cut: encoded data, minified text. */
const MAX_LINE_LENGTH = 300;

/** One difference for people, as lines. Secrets in it are masked. */
export function differenceLines(difference: Difference, paint: Paint): readonly string[] {
  switch (difference.kind) {
    case 'field':
      return fieldLines(difference, paint);
    case 'command': {
      const text = difference.text instanceof Secret ? difference.text.reveal() : difference.text;
      return safeLines(text).map((line, index) => `${index === 0 ? '$' : ' '} ${line}`);
    }
    case 'text':
      return textLines(difference, paint);
    default: {
      const never: never = difference;
      throw new Error(`unknown difference ${JSON.stringify(never)}`);
    }
  }
}

function fieldLines(difference: Extract<Difference, { kind: 'field' }>, paint: Paint): readonly string[] {
  const { of, field, before, after } = difference;
  // The old value of a secret is as secret as the new one, though nobody has marked it.
  const secret = before instanceof Secret || after instanceof Secret;
  const shown = (value: Value): string => (secret && typeof value === 'string' ? MASK : shortValue(value));
  return [`${safeLine(of)}: ${safeLine(field)}: ${paint('red', shown(before))} → ${paint('green', shown(after))}`];
}

function shortValue(value: Value): string {
  if (value instanceof Unknown) return '(known after apply)';
  if (value === null) return '(none)';
  return safeLine(JSON.stringify(maskValue(value)));
}

function textLines(difference: Extract<Difference, { kind: 'text' }>, paint: Paint): readonly string[] {
  const path = safeLine(difference.path);
  const before = contentOf(difference.before);
  const after = contentOf(difference.after);
  if (before.kind === 'described' || after.kind === 'described') {
    return [`${path}: content ${paint('red', described(before))} → ${paint('green', described(after))}`];
  }
  const header = [
    paint('red', `--- ${before.kind === 'absent' ? '(absent)' : path}`),
    paint('green', `+++ ${after.kind === 'absent' ? '(absent)' : path}`),
  ];
  const patch = structuredPatch('', '', before.text, after.text, '', '', {
    context: CONTEXT,
    maxEditLength: MAX_EDITS,
    timeout: TIMEOUT_MS,
  });
  if (patch === undefined)
    return [...header, `(too different to show: ${countLines(before.text)} lines → ${countLines(after.text)} lines)`];
  const secret = before.secret || after.secret;
  const hide = secret ? hiding(after.text) : (line: string) => line;
  const lines = patch.hunks.flatMap((hunk) => [
    paint('cyan', `@@ -${rangeOf(hunk.oldStart, hunk.oldLines)} +${rangeOf(hunk.newStart, hunk.newLines)} @@`),
    ...hunk.lines.map((line) => paintLine(line.startsWith('-') ? `-${hide(line.slice(1))}` : line, paint)),
  ]);
  if (lines.length === 0) return secret ? [...header, '(only secrets differ)'] : header;
  const shown = lines.length > MAX_LINES ? [...lines.slice(0, MAX_LINES), `… ${lines.length - MAX_LINES} more lines`] : lines;
  return [...header, ...shown];
}

/** As `diff -u` has it: of no lines, the start is the line before. */
function rangeOf(start: number, count: number): string {
  return `${count === 0 ? start - 1 : start},${count}`;
}

/**
 * What goes out of a file that holds secrets may be an old secret, which nobody has marked. Of such a line only the name before its
 * value is shown, and that only if the new text, whose secrets are known, shows the same name.
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

function paintLine(line: string, paint: Paint): string {
  const text =
    line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH)}… (${line.length - MAX_LINE_LENGTH} more characters)` : line;
  if (line.startsWith('+')) return paint('green', text);
  return line.startsWith('-') ? paint('red', text) : text;
}

type Content =
  | { readonly kind: 'absent'; readonly text: ''; readonly secret: false }
  | { readonly kind: 'text'; readonly text: string; readonly secret: boolean }
  | { readonly kind: 'described'; readonly as: string };

function contentOf(shown: Shown | undefined): Content {
  if (shown === undefined) return { kind: 'absent', text: '', secret: false };
  if (typeof shown === 'string') return { kind: 'text', text: maskedText(shown), secret: false };
  if (shown instanceof Unknown) return { kind: 'described', as: '(known after apply)' };
  if (shown instanceof Secret) return secretContent(shown.reveal());
  return { kind: 'described', as: `${shown.size} bytes, sha256 ${shown.sha256.slice(0, 12)}…` };
}

/** Where nothing could be masked, nothing is known of which part is secret: then none of it is shown. */
function secretContent(text: string): Content {
  const masked = maskedText(text);
  if (text !== '' && !masked.includes(MASK)) return { kind: 'described', as: '(secret)' };
  return { kind: 'text', text: masked, secret: true };
}

function maskedText(text: string): string {
  return safeLines(text).join('\n') + (text.endsWith('\n') ? '\n' : '');
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
