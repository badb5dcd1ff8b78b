import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs the real openssl on some files, each given by its content; `{name}` in an argument stands for its path. */
export function openssl(args: readonly string[], files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-pki-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 });
    const paths = args.map((arg) => arg.replace(/^\{(.+)\}$/, (_, name: string) => join(folder, name)));
    return execFileSync('openssl', paths, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Makes a self-signed certificate and its key with openssl, for `subject` in the notation of openssl. */
export function foreignCertificate(options: {
  readonly key: readonly string[];
  readonly subject: string;
  readonly more?: readonly string[];
}): {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
} {
  const text = openssl([
    'req',
    '-x509',
    '-nodes',
    '-utf8',
    ...options.key,
    '-keyout',
    '-',
    '-subj',
    options.subject,
    ...(options.more ?? []),
  ]);
  const [privateKeyPem = ''] = /-----BEGIN PRIVATE KEY-----[^]*?-----END PRIVATE KEY-----\n/.exec(text) ?? [];
  const [certificatePem = ''] = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----\n/.exec(text) ?? [];
  return { certificatePem, privateKeyPem };
}
