import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Workshop } from './workshop.ts';

const shop = new Workshop();
beforeAll(() => shop.identity('me.txt'), 60_000);
afterAll(() => shop.end());

const CONTENTS: readonly (readonly [string, Buffer])[] = [
  ['random bytes', randomBytes(300)],
  ['Latin-1', Buffer.from('pw: "caf\xe9"\n', 'latin1')],
  ['a byte order mark and CRLF', Buffer.from('\uFEFFa: 1\r\nb: 2\r\n')],
  ['UTF-16', Buffer.from('\uFEFFa: 1\n', 'utf16le')],
  ['NUL bytes', Buffer.from([0, 10, 0, 0])],
  ['nothing', Buffer.alloc(0)],
  ['no line end', Buffer.from('a: 1')],
  ['64 KiB, where blocks end', randomBytes(64 * 1024)],
];

describe('a file keeps its bytes', () => {
  test.each(CONTENTS)('%s', async (_what, content) => {
    shop.write('file', content);
    await shop.done(['vault', 'encrypt', 'file']);
    expect(shop.text('file')).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
    expect((await shop.runbook(['vault', 'view', 'file'])).stdout.equals(content)).toBe(true);
    expect((await shop.runbook(['vault', 'decrypt', '--print', 'file'])).stdout.equals(content)).toBe(true);
    await shop.done(['vault', 'rekey', 'file']);
    await shop.done(['vault', 'edit', 'file'], { env: { VISUAL: 'printf x >>' } });
    await shop.done(['vault', 'decrypt', 'file']);
    expect(shop.read('file').equals(Buffer.concat([content, Buffer.from('x')]))).toBe(true);
  });

  test('30 MB', async () => {
    const content = randomBytes(30_000_000);
    shop.write('large', content);
    await shop.done(['vault', 'encrypt', 'large']);
    await shop.done(['vault', 'decrypt', 'large']);
    expect(shop.read('large').equals(content)).toBe(true);
  });
});

const COMMANDS: readonly (readonly [string, readonly string[], 'clear' | 'sealed', 'clear' | 'sealed'])[] = [
  ['encrypt', ['encrypt'], 'clear', 'sealed'],
  ['decrypt', ['decrypt'], 'sealed', 'clear'],
  ['rekey', ['rekey'], 'sealed', 'sealed'],
  ['edit', ['edit'], 'sealed', 'sealed'],
];

describe.each(COMMANDS)('vault %s', (name, command, before, after) => {
  const file = `${name}.yml`;
  const begin = async (): Promise<void> => {
    shop.write(file, 'secret: clear-text\n');
    if (before === 'sealed') await shop.done(['vault', 'encrypt', file]);
  };
  const act = (path: string): Promise<string> =>
    shop.done(['vault', ...command, path], { env: { VISUAL: 'echo more >>' } });
  const isAsMeant = (path: string): void => {
    expect(shop.text(path).includes('clear-text')).toBe(after === 'clear');
  };

  test('writes the file that a chain of links leads to, and leaves the links', async () => {
    await begin();
    mkdirSync(shop.path(`${name}-links`));
    symlinkSync(`../${file}`, shop.path(`${name}-links/near`));
    symlinkSync(shop.path(`${name}-links/near`), shop.path(`${name}-links/far`));
    await act(`${name}-links/far`);
    isAsMeant(file);
    expect(readlinkSync(shop.path(`${name}-links/near`))).toBe(`../${file}`);
    expect(lstatSync(shop.path(`${name}-links/far`)).isSymbolicLink()).toBe(true);
    expect(readdirSync(shop.path(`${name}-links`))).toEqual(['far', 'near']);
  });

  test('keeps mode, owner and group', async () => {
    await begin();
    if (process.getuid?.() === 0) chownSync(shop.path(file), 12345, 12346);
    chmodSync(shop.path(file), 0o640);
    const { uid, gid } = statSync(shop.path(file));
    await act(file);
    const { mode, ...now } = statSync(shop.path(file));
    expect([mode & 0o7777, now.uid, now.gid]).toEqual([0o640, uid, gid]);
  });

  test('tells that other names of the file keep what it held', async () => {
    await begin();
    linkSync(shop.path(file), shop.path(`${name}-other`));
    const { ino } = statSync(shop.path(file));
    const ended = await shop.runbook(['vault', ...command, file], { env: { VISUAL: 'echo more >>' } });
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stderr).toContain(`find / -xdev -inum ${ino}`);
    expect(statSync(shop.path(`${name}-other`)).ino).toBe(ino);
    isAsMeant(file);
  });

  test.each([
    [
      'a link that leads nowhere',
      () => symlinkSync('nowhere', shop.path(`${name}-lost`)),
      `${name}-lost`,
      /is a link that leads to no file/,
    ],
    ['a folder', () => mkdirSync(shop.path(`${name}-folder`)), `${name}-folder`, /is a folder/],
    ['nothing', () => undefined, `${name}-nothing`, /cannot be read/],
  ])('refuses %s', async (_what, make, path, says) => {
    make();
    const ended = await shop.runbook(['vault', ...command, path]);
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toMatch(/ {4}at /);
  });
});

const ENCRYPTED: readonly (readonly [string, () => Promise<Buffer>, RegExp])[] = [
  ['age armor', async () => sealedBy(['vault', 'encrypt']), /by age[\s\S]*vault rekey/],
  [
    'armor behind a byte order mark',
    async () => Buffer.concat([Buffer.from('\uFEFF\n'), await sealedBy(['vault', 'encrypt'])]),
    /by age/,
  ],
  ['binary age', async () => Buffer.from('age-encryption.org/v1\n-> X25519 abc\n'), /by age/],
  ['ansible-vault', async () => Buffer.from('$ANSIBLE_VAULT;1.1;AES256\n6162\n'), /by ansible-vault[\s\S]*vault rekey/],
  [
    'SOPS in YAML',
    async () => Buffer.from('a: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]\nsops:\n    mac: ENC[AES256_GCM,…]\n'),
    /by SOPS[\s\S]*sops -d/,
  ],
  ['SOPS in JSON on one line', async () => Buffer.from('{"a":1,"sops":{"mac":"ENC[AES256_GCM,…]"}}'), /by SOPS/],
  ['SOPS in dotenv', async () => Buffer.from('A=ENC[AES256_GCM,…]\nsops_mac=ENC[AES256_GCM,…]\n'), /by SOPS/],
  ['SOPS in INI', async () => Buffer.from('[a]\nb = ENC[AES256_GCM,…]\n[sops]\nmac = ENC[AES256_GCM,…]\n'), /by SOPS/],
];

async function sealedBy(command: readonly string[]): Promise<Buffer> {
  shop.write('seal', 'a: 1\n');
  await shop.done([...command, 'seal']);
  return shop.read('seal');
}

test.each(ENCRYPTED)('what is encrypted already is refused with the remedy: %s', async (_what, make, says) => {
  const content = await make();
  shop.write('again', content);
  const ended = await shop.runbook(['vault', 'encrypt', 'again']);
  expect(ended).toMatchObject({ status: 1 });
  expect(ended.stderr).toMatch(says);
  expect(shop.read('again').equals(content)).toBe(true);
});
