// Characters with two columns: Hangul, CJK, full-width forms, emoji. Combining marks, joiners and variation selectors
// have none.
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Extended_Pictographic}/u;
const NARROW_PICTURE = /[\u00A9\u00AE\u203C\u2049\u2122\u2139\u2194-\u21AA\u2600-\u27BF]/u;
/** Characters of one column each: ASCII, the ellipsis of a text that was cut, and Braille. */
const NARROW = /^[\x20-\x7E…\u2800-\u28FF]*$/;
/** Made on first use: that takes as long as loading a library. */
let segments: Intl.Segmenter | undefined;

/** Returns the number of columns of a text on a terminal. The text has no control characters. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  segments ??= new Intl.Segmenter();
  for (const { segment } of segments.segment(text)) {
    if (/^(?:\p{M}|\p{Cf})+$/u.test(segment)) continue;
    width += WIDE.test(segment) && (!NARROW_PICTURE.test(segment) || segment.includes('\uFE0F')) ? 2 : 1;
  }
  return width;
}

/** Cuts a text to at most `most` columns; an ellipsis replaces its end. */
export function cutToWidth(text: string, most: number): string {
  if (most <= 0) return '';
  if (NARROW.test(text)) return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
  if (displayWidth(text) <= most) return text;
  let width = 0;
  let end = 0;
  segments ??= new Intl.Segmenter();
  for (const { segment, index } of segments.segment(text)) {
    width += displayWidth(segment);
    if (width > most - 1) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end)}…`;
}
