import type { Problem } from '../../engine/errors/problem.ts';
import type { Reason } from './figures.ts';

/** Codes whose message is short and specific. For other codes, the names in the message are left out. */
const BY_NAME: ReadonlySet<string> = new Set(['unknown-module', 'unknown-keyword', 'unknown-argument']);

/** Returns the kind of a problem, for counting. */
export function reasonOf({ code, what, why }: Problem): Reason {
  if (BY_NAME.has(code)) return `${code}: ${what}`;
  const detail = code === 'template-syntax' || code === 'expression-syntax' ? (why?.split('\n')[0] ?? '') : '';
  return `${code}: ${[what, detail]
    .filter((text) => text !== '')
    .map(withoutNames)
    .join(' · ')}`.slice(0, 160);
}

/** Texts in quotes differ each time. */
export function withoutNames(text: string): string {
  return text
    .replaceAll(/"[^"]*"/g, '"…"')
    .replaceAll(/\{\{.*?\}\}/g, '{{…}}')
    .replace(/\{#.*$/s, '{# …')
    .replaceAll(/\{%-?\s*(\w+).*?%\}/g, '{% $1 … %}')
    .replaceAll(/\{%-?\s*(\w+)[^%]*$/g, '{% $1 … %}')
    .replaceAll(/\b\d+\b/g, 'N');
}
