/** Returns the text between the braces if the text is a single mustache; otherwise undefined. */
export function onlyMustache(text: string): string | undefined {
  // Without a regular expression: long blanks would take it a time that grows with their square.
  const whole = text.trim();
  if (whole.length < 4 || !whole.startsWith('{{') || !whole.endsWith('}}')) return undefined;
  const inner = whole.slice(2, -2);
  return inner.includes('}}') ? undefined : inner.replace(/^-/, '').replace(/-$/, '').trim();
}
