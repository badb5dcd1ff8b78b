import { mask } from '../values/mask.ts';

/**
 * Text as a terminal or a log may get it: secrets masked, and control characters written out, so that what a host prints cannot move
 * the cursor, set colours or forge lines. Tabs and line ends stay.
 */
export function safeText(text: string): string {
  return escapeControls(mask(text));
}

/** As `safeText`, on one line: line ends are written out too. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Lines of text, without an empty one at the end. A carriage return before a line end goes, as it is no more than another line end. */
export function safeLines(text: string): readonly string[] {
  const lines = safeText(text.replaceAll('\r\n', '\n')).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

// C0 but tab and line feed, DEL, C1, line separators, and what turns the direction of writing around.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g;

function escapeControls(text: string): string {
  return text.replaceAll(CONTROL, (character) => {
    if (character === '\r') return '\\r';
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
