import type { Template } from '../../values/template/template.ts';

/**
 * Returns the text of a template that uses no variables; undefined if it uses one, or if its value is not a text or
 * number.
 */
export function fixedText(template: Template | undefined): string | undefined {
  if (template === undefined || template.references.size > 0) return undefined;
  const rendered = template.render({ lookup: () => undefined, names: () => [] });
  return typeof rendered === 'string' || typeof rendered === 'number' ? String(rendered) : undefined;
}
