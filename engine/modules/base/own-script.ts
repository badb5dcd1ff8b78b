const SYSTEM_FOLDERS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * A module's script under the task's environment, so that the programs that it starts see it: package managers,
 * downloads. `preamble` is the shell text that sets the environment. Whatever PATH it sets, the system's programs are
 * still found, and what they say stays in English.
 */
export function ownScript(script: string, preamble: string): string {
  if (preamble === '') return script;
  return `(\n${preamble}PATH="\${PATH:+$PATH:}${SYSTEM_FOLDERS}" LC_ALL=C; export PATH LC_ALL\n${script}\n)`;
}
