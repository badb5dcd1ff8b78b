import { isExpression } from '../expression/expression.ts';
import { Adapter } from '../jinja/jinja-adapt.ts';
import { type Jinja, readJinja } from '../jinja/jinja-expression.ts';
import type { Converted, JinjaType, Reason, TypesKnown } from '../jinja/jinja-knowledge.ts';
import { celOf } from '../jinja/jinja-to-cel.ts';
import { NoCounterpart } from '../jinja/jinja-translation.ts';
import { certainTypeOf } from '../jinja/jinja-type.ts';

export interface ExpressionKnowledge {
  readonly types: TypesKnown;
  /** `condition`: the result is true or false, for an expression of any type. `value`: the result keeps its type. */
  readonly wants: 'condition' | 'value';
}

/**
 * Converts an expression of Jinja, from `when`, `until`, `changed_when` or `loop`, into CEL. Ignores braces around the
 * whole expression. Never throws.
 */
export function convertExpression(text: string, { types, wants }: ExpressionKnowledge): Converted {
  const bare = withoutBraces(text);
  const jinja = bare === undefined ? undefined : readJinja(bare, /^\s*\{\{/.test(text) ? 'kept' : 'read');
  if (bare === undefined || jinja === undefined) return byHand(text, { kind: 'unreadable' });
  try {
    const adapter = new Adapter({ target: 'cel', types, place: 'string' });
    const adapted: Jinja = wants === 'condition' ? adapter.condition(jinja) : adapter.value(jinja);
    const written = celOf(adapted, quoteOf(bare));
    if (!isExpression(written)) return byHand(text, { kind: 'refused', what: `${written} is not an expression here` });
    const { assumptions } = adapter;
    const kind = assumptions.length > 0 ? 'assumed' : written === text.trim() ? 'same' : 'exact';
    return { kind, text: kind === 'same' ? text : written, assumptions };
  } catch (error) {
    if (error instanceof NoCounterpart) return byHand(text, reasonOf(error));
    throw error;
  }
}

/**
 * Returns the type of an expression of Jinja as far as it is certain; undefined also if it cannot be read. The fallback
 * of `x | default([])` alone does not make it certain.
 */
export function typeOfExpression(text: string, types: TypesKnown): JinjaType | undefined {
  const jinja = readJinja(text, 'read');
  return jinja === undefined ? undefined : certainTypeOf(jinja, types);
}

function byHand(original: string, reason: Reason): Converted {
  return { kind: 'byHand', original, reasons: [reason] };
}

/** Returns the reason for a person. The general advice of messages is left out, because the mark gives its own. */
export function reasonOf(error: NoCounterpart): Reason {
  const { lacks, instead } = error;
  if (lacks === undefined) return { kind: 'refused', what: instead ?? 'it has no counterpart' };
  const isGeneral = instead?.startsWith('There is no counterpart') === true;
  return { kind: 'lacking', what: lacks.what, name: lacks.name, instead: isGeneral ? undefined : instead };
}

/** Removes the braces around the expression; undefined if there are templates within it. */
function withoutBraces(text: string): string | undefined {
  const trimmed = text.trim();
  const inner = /^\{\{-?([\s\S]*?)-?\}\}$/.exec(trimmed)?.[1] ?? trimmed;
  return /\{\{|\}\}|\{%/.test(inner) ? undefined : inner.trim();
}

/** Returns the kind of quotes that the expression uses. */
export function quoteOf(text: string): '"' | "'" {
  return /["']/.exec(text)?.[0] === "'" ? "'" : '"';
}
