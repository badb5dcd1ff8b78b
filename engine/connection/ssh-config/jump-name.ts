/** A jump host as it is written; what is undefined is said by ssh's configuration. */
export interface JumpName {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
}

/**
 * `[user@]host[:port]`, an address perhaps in brackets, as `ssh -G` has it, or all of it as a URL. A name of a user may
 * have `@` in it.
 */
const JUMP = /^(?:ssh:\/\/)?(?:(?<user>.+)@)?(?:\[(?<address>[^\]]+)\]|(?<host>[^:/@]+))(?::(?<port>\d+))?\/?$/;

/** What fits no form, such as an IPv6 address without brackets, is the name of a host as a whole. */
export function parseJump(text: string): JumpName {
  const found = JUMP.exec(text.trim())?.groups;
  return {
    user: found?.['user'],
    host: found?.['address'] ?? found?.['host'] ?? text.trim(),
    port: found?.['port'] === undefined ? undefined : Number(found['port']),
  };
}
