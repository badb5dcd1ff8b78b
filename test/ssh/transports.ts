/** Whether this is the project of tests that goes over the system's ssh. */
export function isOverOpenssh(): boolean {
  return process.env['RUNBOOK_TEST_TRANSPORT'] === 'openssh';
}

/** For the hosts of an inventory. */
export function connectionVariables(): Readonly<Record<string, string>> {
  return isOverOpenssh() ? { ansible_connection: 'openssh' } : {};
}
