import { convertExpression, typeOfExpression } from '../values/conversion/convert-expression.ts';
import { convertTemplateText } from '../values/conversion/convert-template.ts';
import { isExpression } from '../values/expression/expression.ts';
import {
  type Assumption,
  type Converted as OfJinja,
  type Reason,
  assumptionSentence,
  reasonSentence,
} from '../values/jinja/jinja-knowledge.ts';
import { Fault } from '../values/language/fault.ts';
import { replaceQuoted } from '../values/language/quoted-text.ts';
import { compileTemplate } from '../values/template/template-compile.ts';
import { TemplateSource } from '../values/template/template-syntax.ts';
import type { Told } from './base/marks.ts';
import type { Converted, Translator, TypesKnown } from './base/translator.ts';

/**
 * Makes the translator from Jinja to the languages here. A text that is already in the language here stays unchanged,
 * so that a second conversion changes nothing. `types` returns the known types of variables.
 */
export function jinjaTranslator(types: TypesKnown): Translator {
  return {
    expression(text, wants) {
      if (isOfHere(text)) return { kind: 'same', text, assumptions: [] };
      return unlessOfHere(convertExpression(text, { types, wants }), text, isExpression);
    },
    typeOf: (text) => typeOfExpression(text, types),
    template(text, place) {
      const once = (one: string): Converted =>
        unlessOfHere(convertTemplateText(one, place, { types }), one, isTemplate);
      const converted = once(text);
      return isReadTwice(converted, once) ? withAssumption(converted, BRACES) : converted;
    },
  };
}

/** The mark of a text that a second conversion would take for Jinja. A marked text is not converted again. */
const BRACES: Told = {
  topic: 'braces',
  sentence: 'that a backslash before braces has the meaning that it has here, as this text is converted',
};

type Done = Exclude<Converted, { readonly kind: 'byHand' }>;

/** Returns whether a second conversion would change the text: in Jinja, a backslash before braces has no meaning. */
function isReadTwice(converted: Converted, once: (text: string) => Converted): converted is Done {
  if (converted.kind === 'byHand' || converted.kind === 'same' || !converted.text.includes('\\{{')) return false;
  const again = once(converted.text);
  return again.kind !== 'same' || again.text !== converted.text;
}

function withAssumption({ text, assumptions }: Done, assumption: Told): Converted {
  return { kind: 'assumed', text, assumptions: [...assumptions, assumption] };
}

/** Returns whether the text is an expression with words that Jinja does not have. */
function isOfHere(text: string): boolean {
  const code = replaceQuoted(text, () => '""');
  const words =
    /&&|\|\||(?:^|[^=!<>])!(?!=)|(?<!\w)(?=(?:defined|size|double|semver|semverCompare|has|cidr\w+|ipVersion|default|int|string|min|max)\()(?<![|.]\s*).|\.(?:contains|startsWith|endsWith|matches|exists|all|filter|regexReplace|map)\(/;
  return !code.includes('{{') && words.test(code) && isExpression(text);
}

/**
 * Returns the result of the conversion. If the text is not Jinja but valid in the language here, it was converted
 * before and stays the same.
 */
function unlessOfHere(converted: OfJinja, text: string, isRight: (text: string) => boolean): Converted {
  if (converted.kind !== 'byHand') {
    const { kind, assumptions } = converted;
    return { kind, text: converted.text, assumptions: assumptions.map(assumptionTold) };
  }
  const isNoJinja = converted.reasons.some(
    (reason) => reason.kind === 'unreadable' || (reason.kind === 'lacking' && /^(?:method|call)$/.test(reason.what)),
  );
  if (isNoJinja && isRight(text)) return { kind: 'same', text, assumptions: [] };
  return { kind: 'byHand', reasons: converted.reasons.map(reasonTold) };
}

function assumptionTold(assumption: Assumption): Told {
  const topic = assumption.kind === 'type' ? assumption.type : assumption.kind;
  const isBoolean = assumption.kind === 'type' && assumption.type === 'boolean';
  return { topic, sentence: isBoolean ? `boolean: ${assumption.of}` : assumptionSentence(assumption) };
}

function reasonTold(reason: Reason): Told {
  return { topic: topicOf(reason), sentence: `${reasonSentence(reason)}.` };
}

function topicOf(reason: Reason): string {
  switch (reason.kind) {
    case 'unreadable':
      return 'Jinja that cannot be read';
    case 'lacking':
      return `${reason.what} ${reason.name}`;
    case 'refused':
      return reason.what.length > 60 ? `${reason.what.slice(0, 60)}…` : reason.what;
  }
}

function isTemplate(text: string): boolean {
  try {
    compileTemplate(new TemplateSource(text), () => new TemplateSource(''));
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}
