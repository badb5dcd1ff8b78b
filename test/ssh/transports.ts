/** Returns whether this project of tests uses the system's ssh. */
export function isOverOpenssh(): boolean {
  return process.env['RUNBOOK_TEST_TRANSPORT'] === 'openssh';
}

/** Returns the variables for the hosts of an inventory. */
export function connectionVariables(): Readonly<Record<string, string>> {
  return isOverOpenssh() ? { ansible_connection: 'openssh' } : {};
}
