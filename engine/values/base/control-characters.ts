/**
 * C0 except tab and line feed, DEL, C1, line separators, characters that mark or reverse the direction of writing, and
 * annotations that are not shown.
 */
const CONTROL =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFFF9-\uFFFB]/g;

/**
 * Replaces control characters by their escapes, such as `\x1b` and `\u202e`. Escapes that the text already has stay.
 */
export function escapeControls(text: string): string {
  return text.replaceAll(CONTROL, (character) => {
    if (character === '\r') return '\\r';
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : unicodeEscape(code);
  });
}

/** Escapes control characters in JSON. The JSON keeps its meaning, and a terminal shows every character of it. */
export function escapeControlsInJson(json: string): string {
  return json.replaceAll(CONTROL, (character) => unicodeEscape(character.charCodeAt(0)));
}

function unicodeEscape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
