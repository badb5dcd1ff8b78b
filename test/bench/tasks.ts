import { seededRandom } from '../seeded-random.ts';

/** One task of the measured play, independent of any tool. Paths are relative to the host's own folder. */
export type BenchTask =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: string }
  | {
      readonly kind: 'template';
      readonly source: string;
      readonly path: string;
      readonly mode: string;
      readonly lines: readonly TemplateLine[];
    }
  | {
      readonly kind: 'copy';
      readonly source: string;
      readonly path: string;
      readonly mode: string;
      readonly content: string;
    }
  | { readonly kind: 'line'; readonly path: string; readonly line: string }
  | { readonly kind: 'link'; readonly path: string; readonly to: string };

/** `key = text`, followed by the name or the number of the host if `variable` says so. */
export interface TemplateLine {
  readonly key: string;
  readonly text: string;
  readonly variable: 'bench_name' | 'bench_number' | undefined;
}

export interface BenchHost {
  readonly name: string;
  readonly number: number;
  /** The host's own folder on the machine that serves as all hosts. */
  readonly root: string;
}

const KINDS = ['directory', 'template', 'copy', 'line', 'link'] as const;
/** Number of groups of five tasks whose lines are in one file: settings files usually have several lines. */
const GROUPS_A_SETTINGS_FILE = 5;

/** Returns the same tasks for the same seed: directories, templates, copies, lines and links in turn. */
export function generateTasks(seed: number, count: number): readonly BenchTask[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index): BenchTask => {
    const group = Math.floor(index / KINDS.length);
    const folder = `d${group}`;
    const kind = KINDS[index % KINDS.length] ?? 'directory';
    switch (kind) {
      case 'directory':
        return { kind, path: folder, mode: '0755' };
      case 'template':
        return {
          kind,
          source: `t${group}`,
          path: `${folder}/template.conf`,
          mode: '0644',
          lines: templateLines(random),
        };
      case 'copy':
        return {
          kind,
          source: `f${group}.txt`,
          path: `${folder}/file.txt`,
          mode: '0640',
          content: text(random, 200 + Math.floor(random() * 6000)),
        };
      case 'line':
        return {
          kind,
          path: `d${group - (group % GROUPS_A_SETTINGS_FILE)}/settings.conf`,
          line: `setting_${group} = ${word(random)}`,
        };
      case 'link':
        return { kind, path: `${folder}/current`, to: `${folder}/file.txt` };
      default: {
        const never: never = kind;
        throw new Error(`unknown kind ${String(never)}`);
      }
    }
  });
}

/** Returns the content of the template on one host. */
export function rendered(lines: readonly TemplateLine[], host: BenchHost): string {
  return lines
    .map(({ key, text, variable }) => {
      const value = variable === undefined ? '' : variable === 'bench_name' ? host.name : String(host.number);
      return `${key} = ${text}${value}\n`;
    })
    .join('');
}

/** Returns the source of the template, which Handlebars and Jinja read in the same way. */
export function templateSource(lines: readonly TemplateLine[]): string {
  return lines
    .map(({ key, text, variable }) => `${key} = ${text}${variable === undefined ? '' : `{{ ${variable} }}`}\n`)
    .join('');
}

function templateLines(random: () => number): readonly TemplateLine[] {
  const count = 5 + Math.floor(random() * 60);
  return Array.from({ length: count }, (_, index) => ({
    key: `key_${index}`,
    text: `${word(random)}-`,
    variable: index % 7 === 0 ? 'bench_name' : index % 7 === 3 ? 'bench_number' : undefined,
  }));
}

function text(random: () => number, size: number): string {
  let content = '';
  while (content.length < size) content += `${word(random)} ${word(random)} ${word(random)}\n`;
  return content;
}

function word(random: () => number): string {
  return Math.floor(random() * 36 ** 6).toString(36);
}
