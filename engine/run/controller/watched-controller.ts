import type { Controller } from '../../modules/base/module.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import type { Vault } from '../../vault/vault.ts';
import type { ChangeCount } from '../base/change-count.ts';
import type { DigestCache } from './digest-cache.ts';

/** Decrypts files that are encrypted as a whole, and files of variables. */
export type SealedFiles = Pick<Vault, 'unseal' | 'variables'>;

/** The controller as one task sees it. It also knows whether the files that the task has read are still the same. */
export interface WatchedController extends Controller {
  isCurrent(): boolean;
}

export interface ControllerFilesParts {
  readonly digests: DigestCache;
  /** Changes of the whole run, on any host. */
  readonly changes: ChangeCount;
  readonly access: ControllerAccess;
  /** Called for each file when it is read first. */
  readonly told?: (path: string, sha256: string) => void;
  /** Without it, encrypted files are used as they are. */
  readonly vault?: SealedFiles | undefined;
  /** Ends long operations; they throw HostStops. */
  readonly interrupt?: AbortSignal | undefined;
}
