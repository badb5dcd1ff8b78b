const SYSTEM_FOLDERS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Returns a script of a module that runs in the environment of the task, so that the programs that it starts get it:
 * package managers, downloads. `preamble` is the shell text that sets the environment. Programs of the system are found
 * with any PATH, and their messages stay in English.
 */
export function ownScript(script: string, preamble: string): string {
  if (preamble === '') return script;
  return `(\n${preamble}PATH="\${PATH:+$PATH:}${SYSTEM_FOLDERS}" LC_ALL=C; export PATH LC_ALL\n${script}\n)`;
}
