import { wildcards } from '../connection/base/wildcards.ts';
import { type ByHand, MARK_START, commentOf } from './base/marks.ts';
import type { PlacedMark, ConvertedFile, GivenFile } from './base/outcome.ts';
import type { Translator } from './base/translator.ts';
import type { TemplateNames } from './scalars.ts';

/** The extensions of templates of Jinja and of Handlebars. */
const JINJA = '.j2';
const HERE = '.hbs';

/** Converts a whole template file. A file that is left by hand keeps its text and name. */
export function convertTemplateFile(
  { path, text }: GivenFile,
  translator: Translator,
  taken: ReadonlySet<string>,
): ConvertedFile {
  const place = { file: path, line: 1, column: 1 };
  const base = { path, kind: 'template' as const, problem: undefined };
  if (text.startsWith(`{{!-- ${MARK_START}`))
    return { ...base, newPath: path, text, units: [{ kind: 'template', level: 'same', place }], marks: [] };
  const left = (why: ByHand): ConvertedFile => ({
    ...base,
    newPath: path,
    text,
    units: [{ kind: 'template', level: 'byHand', place }],
    marks: [{ mark: { kind: 'byHand', why }, place }],
  });
  const newPath = path.endsWith(JINJA) ? `${path.slice(0, -JINJA.length)}${HERE}` : path;
  if (newPath !== path && taken.has(newPath)) return left({ kind: 'name-taken', name: newPath });
  const converted = translator.template(text, 'file');
  if (converted.kind === 'byHand') return left({ kind: 'template', reasons: converted.reasons });
  const marks: readonly PlacedMark[] = converted.assumptions.map((what) => ({
    mark: { kind: 'assumed', what },
    place,
  }));
  const comments = [...new Set(marks.map(({ mark }) => `{{!-- ${commentOf(mark).replaceAll('--', '- -')} --}}\n`))];
  return {
    ...base,
    newPath,
    text: `${comments.join('')}${converted.text}`,
    units: [{ kind: 'template', level: converted.kind, place }],
    marks,
  };
}

/** Returns whether the text at this place is the rest of a name: `{{ x }}.conf.j2`, `x + ".conf.j2"`. */
function isContinued(text: string, at: number): boolean {
  const before = text.slice(0, at).trimEnd();
  const sign = before.slice(-1);
  if (sign === '}' || sign === '%') return true;
  return (sign === '"' || sign === "'") && /^[+~]$/.test(before.slice(0, -1).trimEnd().slice(-1));
}

/**
 * Returns whether a path ends with what a pattern of the shell means: name by name from the end, as no wildcard stands
 * for a slash. Before the first name of the pattern, anything may stand.
 */
function endsWithGlob(path: string, pattern: string): boolean {
  const wanted = pattern.split('/');
  const names = path.split('/').slice(-wanted.length);
  return (
    names.length === wanted.length &&
    wanted.every((name, index) =>
      wildcards(index === 0 ? `*${name}` : name, { classes: false, ignoreCase: false }).test(names[index] ?? ''),
    )
  );
}

/** Makes the conversion of names of template files in the texts of `file`. */
export function templateNames(templates: readonly ConvertedFile[], file: string): TemplateNames {
  const role = roleOf(file);
  const own = templates.filter(({ path }) => role !== undefined && path.startsWith(role));
  const meant = (written: string, isWhole: boolean): readonly ConvertedFile[] => {
    const pattern = isWhole ? `/${written.replace(/^(?:\.\.?\/|\/)+/, '')}` : written;
    const isGlob = /[*?]/.test(pattern);
    const ends = (path: string): boolean => (isGlob ? endsWithGlob(`/${path}`, pattern) : `/${path}`.endsWith(pattern));
    const near = own.filter(({ path }) => ends(path));
    return near.length > 0 ? near : templates.filter(({ path }) => ends(path));
  };
  return {
    renamed(text) {
      let left: string | undefined;
      const result = text.replaceAll(/(?<![\w.\-/*?])[\w.\-/*?]*\.j2(?![\w.])/g, (name: string, at: number) => {
        // The ending alone may be removed from the name of any template: regex_replace('.j2$', '').
        const found = meant(name, name !== JINJA && !isContinued(text, at));
        if (found.length === 0) return name;
        const still = found.find(({ path, newPath }) => path === newPath);
        if (still === undefined) return `${name.slice(0, -JINJA.length)}${HERE}`;
        left = still.path;
        return name;
      });
      return result === text && left === undefined ? undefined : { text: result, left };
    },
  };
}

/** Returns the folder of the role that contains the file, with a slash; undefined outside of roles. */
export function roleOf(path: string): string | undefined {
  return /^(.*?)(?:tasks|handlers|defaults|vars|meta|templates)\//.exec(path)?.[1];
}
