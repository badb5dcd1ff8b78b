const SYSTEM_FOLDERS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Returns a script of a module that runs in the environment of the task. So the programs that the script starts, such
 * as package managers and downloads, get this environment. `preamble` is the shell text that sets it. Programs of the
 * system are found with any PATH, and their messages stay in English.
 */
export function ownScript(script: string, preamble: string): string {
  if (preamble === '') return script;
  return `(\n${preamble}PATH="\${PATH:+$PATH:}${SYSTEM_FOLDERS}" LC_ALL=C; export PATH LC_ALL\n${script}\n)`;
}
