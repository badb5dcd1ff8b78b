/** The parts of a line of an authorized_keys file or of a .pub file. */
export interface PublicKeyLine {
  /** The options before the type: `no-pty,from="10.0.0.0/8"`. Empty if there are none. */
  readonly options: string;
  readonly type: string;
  /** The key as base64 text. */
  readonly key: string;
  readonly comment: string;
}

const TYPE =
  /^(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\d+|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)(?:-cert-v01@openssh\.com)?$/;
const AFTER_OPTIONS = /^(\S+)[ \t]+([A-Za-z0-9+/]+=*)(?:\s+([^]*))?$/;

/**
 * Parses a line. Undefined for anything that is not a key: a comment, an empty line, a line that sshd would not
 * understand.
 */
export function parsePublicKey(line: string): PublicKeyLine | undefined {
  const text = line.trim();
  const plain = parseAfterOptions(text, '');
  if (plain !== undefined || text.startsWith('#')) return plain;
  const end = endOfOptions(text);
  return parseAfterOptions(text.slice(end).trimStart(), text.slice(0, end));
}

function parseAfterOptions(text: string, options: string): PublicKeyLine | undefined {
  const [, type, key, comment = ''] = AFTER_OPTIONS.exec(text) ?? [];
  return type === undefined || key === undefined || !TYPE.test(type)
    ? undefined
    : { options, type, key, comment: comment.trim() };
}

/** Returns the end of the options, as sshd reads them: the first blank outside quotes. A backslash escapes a quote. */
function endOfOptions(text: string): number {
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\' && text[at + 1] === '"') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === ' ' || character === '\t')) return at;
  }
  return text.length;
}

/** Returns why sshd would refuse the key, as a sentence; undefined if it would accept it. */
export function publicKeyFault({ type, key }: PublicKeyLine): string | undefined {
  const bytes = Buffer.from(key, 'base64');
  if (bytes.toString('base64') !== key) return 'The text after the type is not complete base64';
  const [named, ...parts] = fieldsOf(bytes);
  if (named?.toString('latin1') !== type) return `The text after the type is not a key of the type ${type}`;
  // The length of a certificate cannot be checked, because it also holds numbers, which have no length before them.
  if (type.includes('-cert-')) return undefined;
  const isWhole =
    parts.length > 0 && [named, ...parts].reduce((sum, part) => sum + 4 + part.length, 0) === bytes.length;
  const isOfSize = type !== 'ssh-ed25519' || (parts.length === 1 && parts[0]?.length === 32);
  return isWhole && isOfSize ? undefined : 'The key is cut off, or is followed by something else';
}

/** Splits the bytes into fields. Each field has its length before it, in four bytes. */
function fieldsOf(bytes: Buffer): readonly Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (at + 4 + length > bytes.length) break;
    fields.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return fields;
}
