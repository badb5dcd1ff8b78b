import { isExpression } from '../expression/expression.ts';
import { Adapter } from '../jinja/jinja-adapt.ts';
import { type Jinja, readJinja } from '../jinja/jinja-expression.ts';
import type { Converted, Reason, TypesKnown } from '../jinja/jinja-knowledge.ts';
import { celOf } from '../jinja/jinja-to-cel.ts';
import { NoCounterpart } from '../jinja/jinja-translation.ts';

export interface ExpressionKnowledge {
  readonly types: TypesKnown;
  /** A condition is true or false whatever the expression gives; a value keeps its type. */
  readonly wants: 'condition' | 'value';
}

/**
 * An expression of Jinja, as `when`, `until`, `changed_when` and `loop` have it, as CEL. Braces around the whole are
 * left out. It throws nothing.
 */
export function convertExpression(text: string, { types, wants }: ExpressionKnowledge): Converted {
  const bare = withoutBraces(text);
  const jinja = bare === undefined ? undefined : readJinja(bare, /^\s*\{\{/.test(text) ? 'kept' : 'read');
  if (bare === undefined || jinja === undefined) return byHand(text, { kind: 'unreadable' });
  try {
    const adapter = new Adapter({ target: 'cel', types, place: 'string' });
    const adapted: Jinja = wants === 'condition' ? adapter.condition(jinja) : adapter.value(jinja);
    const written = celOf(adapted, quoteOf(bare));
    if (!isExpression(written)) return byHand(text, { kind: 'refused', what: `${written} is no expression here` });
    const { assumptions } = adapter;
    const kind = assumptions.length > 0 ? 'assumed' : written === text.trim() ? 'same' : 'exact';
    return { kind, text: kind === 'same' ? text : written, assumptions };
  } catch (error) {
    if (error instanceof NoCounterpart) return byHand(text, reasonOf(error));
    throw error;
  }
}

function byHand(original: string, reason: Reason): Converted {
  return { kind: 'byHand', original, reasons: [reason] };
}

export function reasonOf(error: NoCounterpart): Reason {
  const { lacks, instead } = error;
  if (lacks === undefined) return { kind: 'refused', what: instead ?? 'it has no counterpart' };
  const isGeneral = instead?.startsWith('There is no counterpart') === true;
  return { kind: 'lacking', what: lacks.what, name: lacks.name, instead: isGeneral ? undefined : instead };
}

/** Undefined where there are templates within the expression. */
function withoutBraces(text: string): string | undefined {
  const trimmed = text.trim();
  const inner = /^\{\{-?([\s\S]*?)-?\}\}$/.exec(trimmed)?.[1] ?? trimmed;
  return /\{\{|\}\}|\{%/.test(inner) ? undefined : inner.trim();
}

/** The quotes of the original. */
export function quoteOf(text: string): '"' | "'" {
  return /["']/.exec(text)?.[0] === "'" ? "'" : '"';
}
