import { createHash } from 'node:crypto';
import { ArgumentFault } from '../language/fault.ts';
import { textOf, wordOf } from './arguments.ts';
import { type SharedFunction, optional, required } from './shared-function.ts';

const ALGORITHMS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const;

/** The default namespace of Ansible. */
const NAMESPACE = '361E6D51-FAEC-444A-9079-341386DA8E2E';

/** Returns the UUID of version 5 for a name. Throws ArgumentFault if the namespace is not a UUID. */
function nameUuid(name: string, namespace: string): string {
  const digits = namespace.replaceAll(/^urn:uuid:|[{}-]/g, '');
  if (!/^[0-9a-f]{32}$/i.test(digits))
    throw new ArgumentFault(`"${namespace}" is no UUID`, `It is written as ${NAMESPACE}.`);
  const bytes = createHash('sha1').update(Buffer.from(digits, 'hex')).update(name, 'utf8').digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export const digestFunctions: readonly SharedFunction[] = [
  {
    name: 'hash',
    form: 'function',
    summary: `The digest of the text (UTF-8), in hexadecimal: ${ALGORITHMS.join(', ')}. The default is sha1, as in Ansible.`,
    parameters: [required('text', 'string'), optional('hashtype', 'string')],
    returns: 'string',
    template: '{{hash "etcd" "md5"}}',
    expression: 'hash("etcd", "md5")',
    gives: createHash('md5').update('etcd').digest('hex'),
    secrets: 'derived',
    run: ([text, hashtype = 'sha1']) =>
      createHash(wordOf(hashtype, ALGORITHMS, 'hashtype'))
        .update(textOf(text), 'utf8')
        .digest('hex'),
  },
  {
    name: 'to_uuid',
    form: 'function',
    summary: 'The UUID (version 5) of a text. Ansible gives the same one.',
    parameters: [required('text', 'string'), optional('namespace', 'string')],
    returns: 'string',
    template: '{{to_uuid "etcd-1"}}',
    expression: 'toUuid("etcd-1")',
    gives: nameUuid('etcd-1', NAMESPACE),
    secrets: 'derived',
    run: ([text, namespace = NAMESPACE]) => nameUuid(textOf(text), textOf(namespace, 'namespace')),
  },
];
