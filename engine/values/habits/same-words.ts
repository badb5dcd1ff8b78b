/** Common synonyms of the values of arguments. */
export const SAME_WORDS: ReadonlyMap<string, string> = new Map([
  ['running', 'started'],
  ['start', 'started'],
  ['stop', 'stopped'],
  ['restart', 'restarted'],
  ['reload', 'reloaded'],
  ['installed', 'present'],
  ['install', 'present'],
  ['removed', 'absent'],
  ['uninstalled', 'absent'],
  ['deleted', 'absent'],
  ['dir', 'directory'],
  ['folder', 'directory'],
  ['symlink', 'link'],
  ['hardlink', 'hard'],
]);
