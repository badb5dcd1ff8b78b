/** The name of a jump host. The configuration of ssh supplies the parts that are undefined. */
export interface JumpName {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
}

/**
 * `[user@]host[:port]`, with the address in brackets if necessary, as `ssh -G` prints it, or as a URL. The name of a
 * user may contain `@`.
 */
const JUMP = /^(?:ssh:\/\/)?(?:(?<user>.+)@)?(?:\[(?<address>[^\]@]+)\]|(?<host>[^:/@]+))(?::(?<port>\d+))?\/?$/;

/**
 * Parses the name of a jump host. A text in another form, such as an IPv6 address without brackets, is a host as a
 * whole.
 */
export function parseJump(text: string): JumpName {
  const found = JUMP.exec(text.trim())?.groups;
  return {
    user: found?.['user'],
    host: found?.['address'] ?? found?.['host'] ?? text.trim(),
    port: found?.['port'] === undefined ? undefined : Number(found['port']),
  };
}
