import { escapeControls, escapeControlsInJson } from '../../values/base/control-characters.ts';
import { mask, maskValue } from '../../values/mask/mask.ts';

/**
 * Makes text safe for a terminal or a log: secrets are masked, and control characters are escaped, so that output of a
 * host cannot move the cursor, set colors or forge lines. Tabs and line ends stay.
 */
export function safeText(text: string): string {
  return escapeControls(mask(text));
}

/** Like `safeText`, on one line: line ends are escaped too. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Returns the lines of a text, without an empty one at the end. A carriage return before a line end is removed. */
export function safeLines(text: string): readonly string[] {
  const lines = safeText(text.replaceAll('\r\n', '\n')).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Returns plain data as JSON that is safe for a terminal or a log, with secrets masked. */
export function safeJson(value: unknown, indent?: number): string {
  return escapeControlsInJson(JSON.stringify(maskValue(JSON.parse(JSON.stringify(value))), undefined, indent));
}
