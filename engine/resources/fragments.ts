import { quote } from '../connection/base/quote.ts';
import { type Prediction, type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { files } from './file.ts';
import { type FileState, nameOf, parentOf } from './file/file-state.ts';

/** The files that lie directly in a directory, with their content. Links to files count as files. */
export interface FragmentsState {
  /** False: there is no such directory. */
  readonly exists: boolean;
  /** In no certain order. */
  readonly fragments: readonly Fragment[];
}

export interface Fragment {
  readonly name: string;
  /** In base64. Undefined: the file is too large, or may not be read. */
  readonly content: string | undefined;
}

/** A larger file is no fragment. In bytes. */
export const MAX_FRAGMENT_BYTES = 1024 * 1024;

export const fragments: ResourceKind<undefined, FragmentsState> = {
  name: 'fragments',
  treeOf: (id) => id,
  isOfOthers: true,
  observe: (requests) => `encoded() { base64 | tr -d '\\n'; }
${requests
  .map(
    ({ id }) => `echo @
if [ -d ${quote(id)} ]; then
  echo there
  ( cd ${quote(id)} && for f in .* *; do
    [ -f "$f" ] || continue
    printf '%s ' "$(printf %s "$f" | encoded)"
    if [ -r "$f" ] && s=$(stat -L -c %s "./$f") && [ "$s" -le ${MAX_FRAGMENT_BYTES} ]; then printf =; encoded <"./$f"; fi
    echo
  done )
fi`,
  )
  .join('\n')}
:
`,
  decode(output, requests) {
    const [, ...sections] = output.toString('latin1').split(/^@$/m);
    return new Map(
      requests.map(({ id }, index): [string, FragmentsState] => {
        const [there, ...lines] = (sections[index] ?? '').split('\n').filter((line) => line !== '');
        return [id, { exists: there === 'there', fragments: lines.flatMap(decoded) }];
      }),
    );
  },
  merge: () => undefined,
  disagreement: () => undefined,
  after,
};

/** Asks for the files that lie directly in a directory. */
export function fragmentsRequest(directory: string): Request<undefined, FragmentsState> {
  return request(fragments, directory, undefined);
}

function decoded(line: string): readonly Fragment[] {
  const [, name, content] = /^(\S*) (?:=(\S*))?$/.exec(line) ?? [];
  return name === undefined ? [] : [{ name: Buffer.from(name, 'base64').toString('utf8'), content }];
}

/** An earlier task writes, changes or removes a file of the directory, or the directory. */
function after(state: FragmentsState, id: string, effect: Prediction): FragmentsState | 'stale' | undefined {
  const changed = predictedOf(files, effect);
  if (changed === undefined) return undefined;
  const { id: path } = effect.request;
  if (path === id) return withDirectory(state, changed);
  if (parentOf(path) !== id) return undefined;
  const others = state.fragments.filter(({ name }) => name !== nameOf(path));
  if (changed.type === 'absent' || changed.type === 'directory') return { exists: true, fragments: others };
  if (changed.type !== 'file' || changed.content === undefined) return 'stale';
  return {
    exists: true,
    fragments: [...others, { name: nameOf(path), content: changed.content.toString('base64') }],
  };
}

function withDirectory(state: FragmentsState, changed: FileState): FragmentsState | 'stale' {
  if (changed.type === 'absent') return { exists: false, fragments: [] };
  return changed.type === 'directory' ? { ...state, exists: true } : 'stale';
}
