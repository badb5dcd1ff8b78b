import type { Template } from '../../values/template/template.ts';

/** What a template renders to without any variable; undefined where it uses one, or gives no text. */
export function fixedText(template: Template | undefined): string | undefined {
  if (template === undefined || template.references.size > 0) return undefined;
  const rendered = template.render({ lookup: () => undefined, names: () => [] });
  return typeof rendered === 'string' || typeof rendered === 'number' ? String(rendered) : undefined;
}
