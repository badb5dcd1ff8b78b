import type { WrittenSkeleton } from './write-skeleton.ts';

/** Above this, files are shown by folder: `roles/etcd (14 files)`. */
const MOST_FILES = 20;

interface Shown {
  readonly folder: string;
  /** Commands to call next, one for each line. */
  readonly next: readonly string[];
}

/** Returns the text about the written files, the unchanged files, and the next steps. */
export function shownSkeleton({ written, kept }: WrittenSkeleton, { folder, next }: Shown): string {
  const where = folder === '.' ? '' : ` in ${folder}`;
  return [
    ...(written.length === 0 ? [`Nothing to write${where}: everything is there.`] : [`Written${where}:`]),
    ...rows(written),
    ...(kept.length === 0 ? [] : ['Left as they were:', ...rows(kept)]),
    '',
    'Next:',
    ...next.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

function rows(files: readonly string[]): readonly string[] {
  if (files.length <= MOST_FILES) return files.map((file) => `  ${file}`);
  const folders = Map.groupBy(files, (file) =>
    file
      .split('/')
      .slice(0, file.startsWith('roles/') ? 2 : 1)
      .join('/'),
  );
  return [...folders].map(([folder, inside]) => {
    if (inside.length === 1) return `  ${inside[0] ?? ''}`;
    return `  ${folder}/ (${inside.length} files)`;
  });
}
