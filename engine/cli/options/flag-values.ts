import { homedir } from 'node:os';
import { join } from 'node:path';
import { connectionContext } from '../../connection/connection.ts';
import { Problem } from '../../errors/problem.ts';
import type { TargetSettings } from '../../run/machine/target-settings.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import { statusOf } from '../../values/look-at-once.ts';
import { similarFile } from '../../values/similar-file.ts';
import { DEFAULT_LABEL } from '../../vault/base/ansible-vault.ts';
import { type PasswordSource, passwordSource } from '../../vault/base/passwords.ts';
import type { SopsSources } from '../../vault/sops/sops-keys.ts';
import { Vault } from '../../vault/vault.ts';
import { askOnTerminal } from './ask-secret.ts';
import type { ConnectionFlags, KeyFlags } from './common-options.ts';

/**
 * Returns the identity files: those of --identity, otherwise RUNBOOK_IDENTITY, otherwise the one in the user's
 * configuration.
 */
export function identityFiles(given: readonly string[]): readonly string[] {
  if (given.length > 0) return given;
  const named = process.env['RUNBOOK_IDENTITY'];
  if (named !== undefined && named !== '') return [named];
  return [join(configFolder(), 'runbook', 'identity.txt')];
}

/**
 * Makes the vault with all keys for encrypted files: identities, passwords of ansible-vault, and answers on the
 * terminal.
 */
export function vaultFor(flags: KeyFlags): Vault {
  refuseMissing(flags);
  return new Vault(identityFiles(flags.identity), {
    passwords: passwordSources(flags),
    ask: askOnTerminal,
    sops: sopsSources(),
  });
}

/** Throws Problem if a file that an option names is missing, even if nothing turns out to be encrypted. */
function refuseMissing({ identity, vaultPasswordFile, vaultId }: KeyFlags): void {
  const ofIds = vaultId.map(passwordSource).flatMap(({ from }) => (from.kind === 'file' ? [from.path] : []));
  for (const [option, paths] of [
    ['--identity', identity],
    ['--vault-password-file', vaultPasswordFile],
    ['--vault-id', ofIds],
  ] as const) {
    const missing = paths.find((path) => statusOf(path) === undefined);
    if (missing === undefined) continue;
    throw new Problem({
      code: 'file-not-found',
      what: `there is no file ${missing}, which ${option} names`,
      remedy: similarFile(missing, [missing]) ?? 'Correct the path; it is looked for in the working folder.',
    });
  }
}

/** Returns the keys that SOPS itself uses: identities of age. */
function sopsSources(): SopsSources {
  const file = process.env['SOPS_AGE_KEY_FILE'];
  return {
    identityFiles: [file === undefined || file === '' ? join(configFolder(), 'sops', 'age', 'keys.txt') : file],
    identities: process.env['SOPS_AGE_KEY'],
    program: process.env['RUNBOOK_SOPS'] === '' ? undefined : process.env['RUNBOOK_SOPS'],
  };
}

function configFolder(): string {
  return process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
}

/** Returns the sources of passwords in the order in which Ansible tries them. */
function passwordSources({ vaultId, vaultPasswordFile, askVaultPass }: KeyFlags): readonly PasswordSource[] {
  const named = process.env['ANSIBLE_VAULT_PASSWORD_FILE'];
  const files = vaultPasswordFile.length > 0 || named === undefined || named === '' ? vaultPasswordFile : [named];
  return [
    ...vaultId.map(passwordSource),
    ...files.map((path) => ({ label: DEFAULT_LABEL, from: { kind: 'file', path } as const })),
    ...(askVaultPass === true ? [{ label: DEFAULT_LABEL, from: { kind: 'prompt' } as const }] : []),
  ];
}

/** Returns what all connections of a run have in common. */
export function targetSettings(
  flags: Pick<ConnectionFlags, 'user' | 'privateKey' | 'timeout'>,
  access: ControllerAccess,
): TargetSettings {
  return {
    user: flags.user,
    identityFile: flags.privateKey,
    password: undefined,
    connectTimeoutMs: flags.timeout * 1000,
    keepAliveMs: 15_000,
    connections: connectionContext(),
    access,
  };
}
