import { quote } from '../../connection/base/quote.ts';

/** The step for the mount itself. `again`: unmounted and mounted again. */
export type Run = 'mount' | 'remount' | 'umount' | 'again';

export interface MountSteps {
  readonly at: string;
  readonly run: Run | undefined;
  /** The arguments of mount before the path. */
  readonly how: string;
  /** Those of a mount that the table describes; empty for /etc/fstab. */
  readonly byTable: string;
  readonly options: string;
  /** Number of file systems that are mounted at the path. */
  readonly layers: number;
  readonly makes: boolean;
  readonly removes: boolean;
  /**
   * The changed file of the table after its links are followed, and a path beside it for the old file. Undefined if the
   * table does not change.
   */
  readonly table:
    | { readonly path: string; readonly kept: string; readonly exists: boolean; readonly write: string }
    | undefined;
}

/**
 * Returns shell text with all steps in their order. If a mount fails, the old table is restored and the new directory
 * is removed: otherwise the next boot would stop at the mount.
 */
export function mountScript(steps: MountSteps): string {
  const { at, run, table, makes, removes } = steps;
  const undo = [
    ...(table === undefined ? [] : [putBack(table)]),
    ...(run === 'again' ? [`mount ${steps.byTable}-- "$at" 2>/dev/null`] : []),
    ...(makes ? [UNMAKE] : []),
  ];
  const lines = [
    `at=${quote(at)}`,
    ...(table === undefined ? [] : [keep(table), `{ ${table.write}\n} || { rm -f -- ${quote(table.kept)}; exit 1; }`]),
    ...(makes ? [MAKE] : []),
    ...(run === undefined
      ? []
      : [`{ ${runScript(steps, run)}; } || { status=$?; ${[...undo, ':'].join('; ')}; exit $status; }`]),
    ...(table === undefined ? [] : [`rm -f -- ${quote(table.kept)}`]),
    ...(removes ? ['rmdir -- "$at" || exit'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** `top` is the first directory that does not exist. */
const MAKE = `top=$at
while [ "$top" != / ] && [ ! -d "\${top%/*}/" ]; do top=\${top%/*}; done
mkdir -p -- "$at" || exit`;

const UNMAKE = 'while rmdir -- "$at" 2>/dev/null && [ "$at" != "$top" ]; do at=${at%/*}; done';

function runScript({ how, byTable, options, layers }: MountSteps, run: Run): string {
  const mount = `mount ${how}"$at"`;
  switch (run) {
    case 'mount':
      return mount;
    case 'umount':
      return Array.from({ length: layers }, () => 'umount -- "$at"').join(' && ');
    case 'again':
      return `umount -- "$at" && ${mount}`;
    case 'remount':
      return `mount ${byTable}-o ${quote(options === 'defaults' ? 'remount' : `remount,${options}`)} "$at"`;
  }
}

type Table = NonNullable<MountSteps['table']>;

function keep({ path, kept, exists }: Table): string {
  const [from, to] = [quote(path), quote(kept)];
  return exists ? `rm -f -- ${to}; ln -- ${from} ${to} 2>/dev/null || cp -p -- ${from} ${to} || exit` : ':';
}

function putBack({ path, kept, exists }: Table): string {
  return exists ? `mv -f -- ${quote(kept)} ${quote(path)}` : `rm -f -- ${quote(path)}`;
}
