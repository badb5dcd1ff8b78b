import { type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Problem } from '../errors/problem.ts';
import { MOST_SEALED, readAtOnce, readWhole } from '../files/read-file.ts';
import { utf8NamesIn } from '../files/utf8-names.ts';
import type { Node } from '../values/base/node.ts';
import type { ControllerAccess } from '../values/controller-access.ts';
import { hiddenNode } from '../values/hidden-node.ts';
import { statusOf } from '../values/look-at-once.ts';
import { similarFile } from '../values/similar-file.ts';
import { readYamlInTurns } from '../values/yaml/yaml.ts';
import { sealedForm } from '../vault/base/sealed-form.ts';
import type { Vault } from '../vault/vault.ts';
import type { RawInventory } from './raw-inventory.ts';
import { readIniInventory } from './read-ini-inventory.ts';
import { readYamlInventory } from './read-yaml-inventory.ts';
import { runInventoryScript } from './run-inventory-script.ts';
import { sourceDirectory } from './source-directory.ts';

/** Names that are ignored in a folder of inventories, as in Ansible. */
const IGNORED = /^\.|^(?:host_vars|group_vars|vars_plugins)$|~$|\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|cfg|retry)$/;
const YAML_EXTENSIONS: ReadonlySet<string> = new Set(['.yml', '.yaml', '.json']);

/** The methods of a vault that a source needs. */
export type SourceVault = Pick<Vault, 'noteFile' | 'content' | 'documents' | 'decrypt'>;

/**
 * Adds one source: a file in YAML or INI form, an executable, a folder of all these, or a list such as `host1,host2,`.
 * Returns the folder whose group_vars/ and host_vars/ apply. Mistakes are reported to `into`.
 */
export async function readSource(
  source: string,
  into: RawInventory,
  vault: SourceVault,
  access: ControllerAccess,
): Promise<string | undefined> {
  const status = statusOf(source);
  into.enter(sourceDirectory(source));
  if (status === undefined && source.includes(',')) {
    for (const entry of source.split(',').map((part) => part.trim()))
      if (entry !== '') into.attempt(() => into.addHosts(entry, undefined, undefined));
    return undefined;
  }
  if (status === undefined) {
    into.report(
      new Problem({
        code: 'file-not-found',
        what: `there is no inventory ${source}`,
        remedy: similarFile(source, [source]) ?? 'Name a file, a folder, or hosts with a comma after them ("web1,").',
      }),
    );
    return undefined;
  }
  await readPath(source, status, { into, vault, access });
  return sourceDirectory(source);
}

interface Reading {
  readonly into: RawInventory;
  readonly vault: SourceVault;
  readonly access: ControllerAccess;
}

async function readPath(path: string, status: Stats, reading: Reading): Promise<void> {
  const { into, vault, access } = reading;
  if (status.isDirectory()) {
    for (const name of utf8NamesIn(path)) {
      if (IGNORED.test(name)) continue;
      const inside = join(path, name);
      await readPath(inside, statSync(inside), reading);
    }
    return;
  }
  into.enter(sourceDirectory(path));
  try {
    access.permit({ kind: 'read', path }, undefined);
    if ((status.mode & 0o111) !== 0 && (await isProgram(path))) {
      access.permit({ kind: 'run', what: `the inventory ${path}` }, undefined);
      vault.noteFile(path, readAtOnce(path, MOST_SEALED));
      await runInventoryScript(path, into);
    } else await readText(path, into, vault);
  } catch (error) {
    into.reportError(error);
  }
}

/**
 * Returns whether a file is a program. The executable bit alone does not make it one: some file systems set it for
 * every file.
 */
async function isProgram(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const start = buffer.toString('latin1', 0, bytesRead);
    return start.startsWith('#!') || start === '\x7fELF';
  } finally {
    await file.close();
  }
}

async function readText(path: string, into: RawInventory, vault: SourceVault): Promise<void> {
  const extension = extname(path);
  if (extension === '.toml') {
    throw new Problem({
      code: 'inventory-form',
      what: `${path}: inventories in TOML are not supported`,
      remedy: 'Write it as YAML or INI.',
    });
  }
  const bytes = await readWhole(path);
  if (YAML_EXTENSIONS.has(extension) && sealedForm(bytes) === 'sops')
    return readYamlInventory(await vault.documents(bytes, path), into);
  const { text, wasSealed } = await vault.content(bytes, path);
  if (YAML_EXTENSIONS.has(extension) || (extension !== '.ini' && looksLikeYaml(text)))
    readYamlInventory(await hiddenIf(wasSealed, readYamlInTurns(text, path, { decrypt: vault.decrypt })), into);
  else readIniInventory(text, path, wasSealed, into);
}

async function hiddenIf(isHidden: boolean, reading: Promise<readonly Node[]>): Promise<readonly Node[]> {
  const nodes = await reading;
  return isHidden ? nodes.map(hiddenNode) : nodes;
}

/**
 * Returns whether a file has YAML form, by its first line with content: no line of an INI inventory ends in a colon or
 * is a map in braces.
 */
function looksLikeYaml(text: string): boolean {
  const first = text.split('\n').find((line) => !/^\s*(?:[#;].*)?$/.test(line)) ?? '';
  return /^(?:---|%YAML|\{)|^["']?[^\s[\]="']+["']?\s*:(?:\s|$)/.test(first);
}
