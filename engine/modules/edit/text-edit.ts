import { quote } from '../../connection/base/quote.ts';
import { type Prediction, type Request, type Seen, predict } from '../../resources/base/resource.ts';
import { file, wholeFile } from '../../resources/file.ts';
import { parentOf, UNKNOWN_ATTRIBUTES } from '../../resources/file/file-state.ts';
import type { ValueMap } from '../../values/base/value.ts';
import type { Apply, CannotKnow, Difference, Impossible, Observed, Outcome } from '../base/module.ts';
import { isRoot } from '../base/root-alone.ts';
import { type WantedAttributes, newAttributes } from '../path/file-attributes.ts';
import { cannotLook, notWritable } from '../path/file-needs.ts';
import { OWN_WAY, wayNeeds, wayTo } from '../path/way-to-path.ts';
import { bytesContent, textContent } from '../write/file-content.ts';
import { placeFor } from '../write/file-place.ts';
import { planFile } from '../write/file-plan.ts';
import { bytesOf, textOf } from '../write/file-text.ts';
import { asSubscript, writeFile } from '../write/write-file.ts';
import { notBrought } from './edit-file.ts';

/** Attributes for a new file, or for a file that has others; and whether the way to it is trusted. */
type EditedAttributes = WantedAttributes & { readonly unsafe_path?: boolean };

/** The edit of a text file by a module that also changes other things. */
export type TextEdit =
  | {
      readonly kind: 'edit';
      readonly differences: readonly Difference[];
      readonly predictions: readonly Prediction[];
      readonly apply: () => Promise<Apply> | Apply;
    }
  | CannotKnow
  | Impossible;

/** Returns the request for a file that is edited. */
export function textRequest(path: string): Request {
  return wholeFile(path);
}

/** Returns the requests for a file that is edited and for the way to it. */
export function textNeeds(path: string): readonly Request[] {
  return [textRequest(path), ...wayNeeds(path)];
}

/**
 * Returns the change that an edit makes to a text file, without differences if it changes nothing. `edit` gets '' for a
 * file that does not exist. A link is followed; a missing directory is made. The attributes are for a new file, and for
 * a file with other attributes.
 */
export function editText(
  path: string,
  edit: (text: string) => string,
  observed: Observed,
  attributes: EditedAttributes = {},
): TextEdit {
  const { seen, context } = observed;
  const request = file(path, 'content');
  const found = seen.of(request);
  if (found.type === 'absent' && !found.parent) return editNew(path, edit(''), observed, attributes);
  const place = placeFor(request, { follow: true }, seen, context.user);
  if (place.kind === 'impossible') return place;
  const { state } = place;
  if (state.type === 'link') return cannotLook(path, context.user);
  if (state.type === 'file' && state.content === undefined)
    return notBrought(path, state.size, seen.certainty(request));
  const before = state.type === 'file' && state.content !== undefined ? textOf(state.content) : '';
  const after = edit(before);
  if (after === before) return NOTHING;
  return write({ path, text: after, attributes, madeOf: state.type === 'file' ? state.sha256 : undefined }, observed);
}

/** Returns the outcome of a task that only edits one file. `planned`: its result. */
export function editOutcome(
  path: string,
  edit: Extract<TextEdit, { kind: 'edit' }>,
  planned: ValueMap,
  seen: Seen,
): Outcome {
  if (edit.differences.length === 0) return { kind: 'in_sync', result: planned };
  return {
    kind: 'change',
    differences: edit.differences,
    certainty: seen.certainty(textRequest(path)),
    predictions: edit.predictions,
    touches: 'predicted',
    apply: () => edit.apply(),
    planned,
  };
}

const NOTHING: TextEdit = { kind: 'edit', differences: [], predictions: [], apply: () => ({ script: '' }) };

function editNew(path: string, text: string, { seen, context }: Observed, attributes: EditedAttributes): TextEdit {
  if (text === '') return NOTHING;
  const way = attributes.unsafe_path === true ? OWN_WAY : wayTo(file(path, 'content'), true, seen, context);
  if (way.kind === 'impossible') return way;
  const directory = parentOf(path);
  const { bytes, sha256 } = textContent(text);
  return {
    kind: 'edit',
    differences: [{ kind: 'text', path, before: undefined, after: text }],
    predictions: [
      predict(file(directory), { type: 'directory', ...UNKNOWN_ATTRIBUTES }),
      predict(file(path, 'content'), {
        type: 'file',
        ...newAttributes(attributes, context.user),
        size: bytes.length,
        sha256,
        content: bytes,
      }),
    ],
    apply() {
      const file = {
        path,
        content: bytes,
        attributes,
        before: undefined,
        isReproducible: false,
        backup: undefined,
        validate: undefined,
        way,
      };
      const written = asSubscript(writeFile(file, context));
      if (way.kind === 'foreign') return written;
      return { ...written, script: `mkdir -p -- ${quote(directory)} || exit\n${written.script}` };
    },
  };
}

interface EditedFile {
  readonly path: string;
  readonly text: string;
  readonly attributes: EditedAttributes;
  /** The SHA-256 digest of the file before the edit; undefined if there was no file. */
  readonly madeOf: string | undefined;
}

function write({ path, text, attributes, madeOf }: EditedFile, { seen, context }: Observed): TextEdit {
  const isSure = seen.certainty(file(path, 'content')) === 'certain';
  const locked = isSure && isRoot(context) ? notWritable(path, seen, context) : undefined;
  if (locked !== undefined) return locked;
  const outcome = planFile(
    {
      path,
      content: bytesContent(bytesOf(text), false),
      attributes,
      follow: true,
      force: true,
      backup: false,
      validate: undefined,
      unsafePath: attributes.unsafe_path === true,
      madeOf,
      result: {},
    },
    file(path, 'content'),
    seen,
    context,
  );
  switch (outcome.kind) {
    case 'change':
      return {
        kind: 'edit',
        differences: outcome.differences,
        predictions: outcome.predictions,
        apply: async () => asSubscript(await outcome.apply()),
      };
    case 'cannot_know':
    case 'impossible':
      return outcome;
    case 'in_sync':
    case 'await':
      throw new Error(`${path} should differ`);
  }
}
