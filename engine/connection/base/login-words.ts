/** Words by which the login, sudo and su of a host tell why nobody may work there now, and the remedy. */
const WORDS: readonly (readonly [RegExp, (user: string) => string])[] = [
  [
    /password has expired|required to change your password|account or password is expired/i,
    (user) =>
      `The password of ${user} has expired. Set a new one on the host: passwd ${user}. So that no password of it expires: chage -M -1 ${user}.`,
  ],
  [/account (?:has )?expired/i, (user) => `The account ${user} has expired. On the host: chage -E -1 ${user}.`],
  [
    /system is (?:booting up|going down)|not permitted to log in|pam_nologin/i,
    () =>
      'Only root may log in while the host starts or stops. Wait for it with the first task of the play, wait_for_connection. If the host has started, remove /run/nologin and /etc/nologin.',
  ],
];

/** Returns the remedy for what a host has said to a user; undefined if the words are not known. */
export function remedyForWords(said: string, user: string): string | undefined {
  return WORDS.find(([pattern]) => pattern.test(said))?.[1](user);
}
