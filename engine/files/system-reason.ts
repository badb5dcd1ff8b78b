/**
 * Returns the reason of a failed system call as a sentence, without call, path and code: `No such file or directory.`
 */
export function systemReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, reason] = /^E[A-Z0-9]+: ((?:(?!, [a-z]+(?: '|$)).)+)/.exec(message) ?? [];
  return reason === undefined ? message : `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
