import { homedir } from 'node:os';
import { join } from 'node:path';
import { Vault } from '../vault/vault.ts';
import type { TargetSettings } from '../run/target-settings.ts';
import type { ConnectionFlags, InventoryFlags } from './common-options.ts';

/** The identity files: --identity, else RUNBOOK_IDENTITY, else the one in the user's configuration. */
export function identityFiles(given: readonly string[]): readonly string[] {
  if (given.length > 0) return given;
  const named = process.env['RUNBOOK_IDENTITY'];
  if (named !== undefined && named !== '') return [named];
  return [join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'runbook', 'identity.txt')];
}

export function vaultFor(flags: Pick<InventoryFlags, 'identity'>): Vault {
  return new Vault(identityFiles(flags.identity));
}

export function targetSettings(flags: ConnectionFlags): TargetSettings {
  return {
    user: flags.user,
    identityFile: flags.privateKey,
    password: undefined,
    connectTimeoutMs: flags.timeout * 1000,
    keepAliveMs: 15_000,
  };
}
