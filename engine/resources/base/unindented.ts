/**
 * Returns shell text without the spaces at the beginning of its lines, which would be sent with every look. No text in
 * quotes may have a line that begins with a space.
 */
export function unindented(script: string): string {
  return script.replaceAll(/^ +/gm, '');
}
