import { escapeControls, escapeControlsInJson } from '../../values/base/control-characters.ts';
import { mask, maskValue } from '../../values/mask/mask.ts';

/**
 * Text as a terminal or a log may get it: secrets masked, and control characters written out, so that what a host
 * prints cannot move the cursor, set colors or forge lines. Tabs and line ends stay.
 */
export function safeText(text: string): string {
  return escapeControls(mask(text));
}

/** As `safeText`, on one line: line ends are written out too. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/**
 * Lines of text, without an empty one at the end. A carriage return before a line end goes, as it is no more than
 * another line end.
 */
export function safeLines(text: string): readonly string[] {
  const lines = safeText(text.replaceAll('\r\n', '\n')).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** JSON as a terminal or a log may get it: plain data with secrets masked. */
export function safeJson(value: unknown, indent?: number): string {
  return escapeControlsInJson(JSON.stringify(maskValue(JSON.parse(JSON.stringify(value))), undefined, indent));
}
