/** The reason why something is left for a person. */
export type ByHand =
  | { readonly kind: 'expression' | 'template'; readonly reasons: readonly Told[] }
  | { readonly kind: 'module'; readonly name: string; readonly instead: string | undefined }
  | {
      readonly kind: 'argument';
      readonly module: string;
      readonly name: string;
      readonly instead: string | undefined;
    }
  | { readonly kind: 'value'; readonly module: string; readonly name: string; readonly refusal: string }
  /** `*name` repeats a node that contains something left by hand. */
  | { readonly kind: 'alias'; readonly name: string }
  | { readonly kind: 'keyword'; readonly name: string; readonly instead: string }
  | { readonly kind: 'template-file'; readonly name: string }
  /** The name that the file would get belongs to another file. */
  | { readonly kind: 'name-taken'; readonly name: string }
  | { readonly kind: 'unsafe' }
  /** The loader refuses what the converter would write. */
  | { readonly kind: 'refused'; readonly code: string; readonly sentence: string };

/** A sentence, and the topic under which it is counted. */
export interface Told {
  readonly topic: string;
  readonly sentence: string;
}

/** An assumption of the converter, or something that it left by hand. */
export type Mark =
  | { readonly kind: 'assumed'; readonly what: Told }
  | { readonly kind: 'byHand'; readonly why: ByHand };

/** The beginning of each comment of the converter. */
export const MARK_START = 'convert: ';

/** Returns the sentence of a mark, and the topic under which the report counts it. */
export function toldOf(mark: Mark): Told {
  return mark.kind === 'assumed' ? mark.what : toldByHand(mark.why);
}

const LEFT = `# ${MARK_START}by hand: `;

/**
 * Returns the units that contain a part that is left by hand, or are below such a mark. `lines`: where the units begin,
 * from 1 on.
 */
export function linesLeft(text: string, lines: readonly number[]): ReadonlySet<number> {
  const left = new Set<number>();
  const inOrder = lines.toSorted((one, other) => one - other);
  const written = text.split('\n');
  for (const [index, line] of written.entries()) {
    if (!line.trimStart().startsWith(LEFT)) continue;
    let below = index + 1;
    while (written[below]?.trimStart().startsWith('#') === true) below += 1;
    const unit = inOrder.findLast((one) => one <= below + 1);
    if (unit !== undefined) left.add(unit);
  }
  return left;
}

/** Returns the comment of a mark on one line, without its `# `. */
export function commentOf(mark: Mark): string {
  const { sentence } = toldOf(mark);
  return `${MARK_START}${mark.kind === 'assumed' ? 'assumed' : 'by hand:'} ${sentence}`.replaceAll(/\s+/g, ' ');
}

function toldByHand(why: ByHand): Told {
  switch (why.kind) {
    case 'expression':
    case 'template':
      return toldReasons(why.reasons, why.kind);
    case 'module':
      return {
        topic: `module ${why.name}`,
        sentence: `there is no module ${why.name}. ${why.instead ?? '`runbook docs` lists the modules.'}`,
      };
    case 'argument':
      return {
        topic: `argument ${why.module}.${why.name}`,
        sentence: `${why.module} has no argument ${why.name}. ${why.instead ?? `\`runbook docs ${why.module}\` lists the arguments.`}`,
      };
    case 'value':
      return {
        topic: `value of ${why.module}.${why.name}`,
        sentence: `${why.name} of ${why.module} ${why.refusal.replaceAll('\n', '. ')}`,
      };
    case 'alias':
      return { topic: 'alias', sentence: `*${why.name} repeats what has a mark at &${why.name}.` };
    case 'keyword':
      return { topic: `keyword ${why.name}`, sentence: `${why.name}: ${why.instead}` };
    case 'template-file':
      return {
        topic: 'template file',
        sentence: `${why.name} is Jinja still: the report says what is left in it.`,
      };
    case 'name-taken':
      return { topic: 'name in use', sentence: `there is a file ${why.name} already: rename one of the two.` };
    case 'refused':
      return { topic: why.code, sentence: why.sentence };
    case 'unsafe':
      return { topic: 'unsafe text', sentence: 'write \\{{ for braces that are text: there is no !unsafe.' };
  }
}

function toldReasons(reasons: readonly Told[], kind: string): Told {
  const sentences = [...new Set(reasons.map(({ sentence }) => sentence))];
  return { topic: reasons[0]?.topic ?? kind, sentence: sentences.join(' ') };
}
