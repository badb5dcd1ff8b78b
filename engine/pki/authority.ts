import { createPublicKey } from 'node:crypto';
import { type Subject, subjectAttributes } from './distinguished-name.ts';
import { createKeyPair, type KeyWish, keyPairFrom, readPrivateKey, requireAlgorithm } from './key-pair.ts';
import {
  encodeAttributes,
  type IssuedCertificate,
  type IssuingOptions,
  keyIdentifier,
  signCertificate,
  validityFrom,
} from './signing.ts';

/** A certificate authority to be made. */
export interface AuthorityRequest {
  readonly subject: Subject;
  /** Default: any; a new key is ECDSA P-256. */
  readonly algorithm?: KeyWish | undefined;
  /** Default: 3650. */
  readonly days?: number | undefined;
}

export const defaultAuthorityDays = 3650;

const usages = { digitalSignature: true, keyCertSign: true, cRLSign: true };

/**
 * Makes a self-signed certificate authority. With `privateKeyPem` it is a renewal: certificates issued under the old
 * certificate of that key and subject go on to verify under the new one.
 * Throws a Problem: `invalid-subject`, `invalid-lifetime`, `unreadable-private-key`, `key-differs`.
 */
export async function createAuthority(
  request: AuthorityRequest,
  options: IssuingOptions = {},
): Promise<IssuedCertificate> {
  const { algorithm = 'any', days = defaultAuthorityDays } = request;
  const subject = encodeAttributes(subjectAttributes(request.subject));
  const validity = validityFrom(options.now ?? new Date(), days);
  if (options.privateKeyPem !== undefined) requireAlgorithm(readPrivateKey(options.privateKeyPem), algorithm);
  const { privateKeyPem } =
    options.privateKeyPem === undefined
      ? await createKeyPair(algorithm, options.encoding)
      : keyPairFrom(options.privateKeyPem, options.encoding);
  const privateKey = readPrivateKey(privateKeyPem);
  const publicKey = createPublicKey(privateKey);
  const certificatePem = signCertificate(
    {
      subject,
      issuer: subject,
      publicKey,
      validity,
      extensions: [
        // It issues what servers and clients show, and no further authorities.
        { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
        { name: 'keyUsage', critical: true, ...usages },
        {
          name: 'authorityKeyIdentifier',
          keyIdentifier: Buffer.from(keyIdentifier(publicKey), 'hex').toString('binary'),
        },
      ],
    },
    privateKey,
    options.random,
  );
  return { certificatePem, privateKeyPem };
}
