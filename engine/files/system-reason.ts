/** What the system says of a call that failed, as a sentence without the call, its path and the code: `No such file or directory.` */
export function systemReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, reason] = /^E[A-Z0-9]+: (.*?)(?:, [a-z]+(?: '[\s\S]*')?)?$/.exec(message) ?? [];
  return reason === undefined ? message : `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
