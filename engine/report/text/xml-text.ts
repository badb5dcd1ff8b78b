import { safeText } from './safe-text.ts';

/**
 * What no document of XML 1.0 may hold, not even as a reference: surrogates by themselves, U+FFFE and U+FFFF. Control
 * characters are written out before.
 */
const NOT_IN_XML = /[\uD800-\uDFFF\uFFFE\uFFFF]/gu;

/** Text for an element or an attribute of XML 1.0: whatever the text holds, the document is well-formed. */
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

/** An element with these attributes; those that are undefined are left out. `content` is XML. */
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
