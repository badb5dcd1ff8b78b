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

/** A request for a certificate authority. */
export interface AuthorityRequest {
  readonly subject: Subject;
  /** Default: any; a new key is ECDSA P-256. */
  readonly algorithm?: KeyWish | undefined;
  /** Validity in days. Default: 3650. */
  readonly days?: number | undefined;
}

export const defaultAuthorityDays = 3650;

const usages = { digitalSignature: true, keyCertSign: true, cRLSign: true };

/**
 * Creates a self-signed certificate authority. With `privateKeyPem` it is a renewal: certificates that were issued with
 * the same key and subject stay valid under the new certificate. Throws Problem `invalid-subject`, `invalid-lifetime`,
 * `unreadable-private-key` or `key-differs`.
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
        // The authority issues certificates for servers and clients, but no other authorities.
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
