import { safeText } from './safe-text.ts';

/**
 * Characters that XML 1.0 forbids, even as references: single surrogates, U+FFFE and U+FFFF. Control characters were
 * escaped before.
 */
const NOT_IN_XML = /[\uD800-\uDFFF\uFFFE\uFFFF]/gu;

/** Escapes text for an element or an attribute of XML 1.0: the document is well-formed for any text. */
export function xmlText(text: string): string {
  return safeText(text)
    .replaceAll(NOT_IN_XML, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\t', '&#9;');
}

/** Returns an element with these attributes; undefined ones are left out. `content` is XML. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content: string,
): string {
  const given = Object.entries(attributes)
    .flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${xmlText(String(value))}"`]))
    .join('');
  return content === '' ? `<${name}${given}/>` : `<${name}${given}>${content}</${name}>`;
}
