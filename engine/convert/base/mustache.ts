/** Returns the text between the braces if the text is a single mustache; otherwise undefined. */
export function onlyMustache(text: string): string | undefined {
  // A regular expression would need quadratic time for a long row of blanks.
  const whole = text.trim();
  if (whole.length < 4 || !whole.startsWith('{{') || !whole.endsWith('}}')) return undefined;
  const inner = whole.slice(2, -2);
  return inner.includes('}}') ? undefined : inner.replace(/^-/, '').replace(/-$/, '').trim();
}
