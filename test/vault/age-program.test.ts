import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureAge } from '../../lab/binaries.ts';
import { Workshop } from './workshop.ts';

// Compares with the program `age` itself, in both directions. If it is not available, the test fails.

const shop = new Workshop();
const content = randomBytes(100_000);
const mine = { recipient: '' };
let age = '';

beforeAll(async () => {
  age = await ensureAge();
  mine.recipient = await shop.identity('me.txt');
  for (const [name, kind] of Object.entries(SSH_KEYS)) await program('ssh-keygen', '-q', ...kind, '-f', name);
  shop.write('content', content);
}, 600_000);
afterAll(() => shop.end());

const SSH_KEYS: Readonly<Record<string, readonly string[]>> = {
  ed25519: ['-t', 'ed25519', '-N', ''],
  rsa: ['-t', 'rsa', '-b', '2048', '-N', ''],
  'rsa-pem': ['-t', 'rsa', '-m', 'PEM', '-N', ''],
  'ed25519-locked': ['-t', 'ed25519', '-N', 'open sesame'],
  'rsa-locked': ['-t', 'rsa', '-N', 'open sesame'],
  'rsa-pem-locked': ['-t', 'rsa', '-m', 'PEM', '-N', 'open sesame'],
  short: ['-t', 'rsa', '-b', '1024', '-N', ''],
  ecdsa: ['-t', 'ecdsa', '-N', ''],
};

async function program(name: string, ...args: readonly string[]): Promise<Buffer> {
  const path = name.startsWith('age') ? join(age, name) : name;
  const ended = await shop.run([path, ...args]);
  if (ended.status !== 0) throw new Error(`${name} ${args.join(' ')}: ${ended.stderr}`);
  return ended.stdout;
}

/** Runs runbook on a terminal, where it asks for a passphrase. */
async function asked(passphrases: string | readonly string[], ...args: readonly string[]): Promise<string> {
  const steps = JSON.stringify([passphrases].flat().map((passphrase) => ['assphrase', `${passphrase}\r`]));
  const ended = await shop.run(['python3', TERMINAL, steps, RUNBOOK, ...args]);
  return ended.stdout.toString();
}
const TERMINAL = join(import.meta.dirname, 'terminal.py');
const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

function same(bytes: Buffer): void {
  expect(bytes.equals(content)).toBe(true);
}

test('for its own recipients', async () => {
  shop.write('ours', content);
  await shop.done(['vault', 'encrypt', 'ours']);
  same(await program('age', '-d', '-i', 'me.txt', 'ours'));
  for (const form of [[], ['-a']]) {
    await program('age', '-r', mine.recipient, ...form, '-o', 'theirs', 'content');
    same((await shop.runbook(['vault', 'view', 'theirs'])).stdout);
  }
});

test('a binary file stays binary when it is edited and rekeyed', async () => {
  await program('age', '-r', mine.recipient, '-o', 'binary', 'content');
  await shop.done(['vault', 'rekey', 'binary']);
  await shop.done(['vault', 'edit', 'binary'], { env: { VISUAL: 'truncate -s 0' } });
  expect(shop.text('binary')).toMatch(/^age-encryption\.org\/v1\n/);
  expect(await program('age', '-d', '-i', 'me.txt', 'binary')).toEqual(Buffer.alloc(0));
});

describe('for keys of SSH', () => {
  test.each(['ed25519', 'rsa', 'rsa-pem'])('%s', async (key) => {
    const recipient = shop.text(`${key}.pub`).trim();
    shop.write('ours', content);
    await shop.done(['vault', 'encrypt', 'ours', '--recipient', recipient]);
    same(await program('age', '-d', '-i', key, 'ours'));
    await program('age', '-r', recipient, '-o', 'theirs', 'content');
    same((await shop.runbook(['vault', 'view', '--identity', key, 'theirs'])).stdout);
  });

  test.each(['ed25519-locked', 'rsa-locked', 'rsa-pem-locked'])('%s, which asks for its passphrase', async (key) => {
    shop.write('small', 'a: opened-by-ssh\n');
    await program('age', '-R', `${key}.pub`, '-o', 'theirs', 'small');
    const printed = await asked('open sesame', 'vault', 'view', '--identity', key, 'theirs');
    expect(printed.includes('opened-by-ssh')).toBe(key !== 'rsa-pem-locked');
    // Such a key has no clear text about itself.
    if (key === 'rsa-pem-locked') expect(printed).toMatch(/ssh-keygen -p -f/);
    else
      expect(await asked(['wrong', '', 'wrong'], 'vault', 'view', '--identity', key, 'theirs')).toMatch(
        /That was not it[\s\S]*cannot be opened/,
      );
  });

  test('nothing is asked of a key that a file is not for', async () => {
    await program('age', '-r', mine.recipient, '-o', 'theirs', 'content');
    same(
      (await shop.runbook(['vault', 'view', '--identity', 'ed25519-locked', '--identity', 'me.txt', 'theirs'])).stdout,
    );
  });

  test('in recipients.txt, beside others; the own key says for whom where nobody does', async () => {
    shop.write('recipients.txt', `# all of us\n${mine.recipient}\n${shop.text('ed25519.pub')}${shop.text('rsa.pub')}`);
    shop.write('ours', content);
    await shop.done(['vault', 'encrypt', 'ours', '--recipients-file', 'recipients.txt']);
    for (const identity of ['me.txt', 'ed25519', 'rsa']) same(await program('age', '-d', '-i', identity, 'ours'));
    await shop.run(['rm', 'recipients.txt']);
    shop.write('ours', content);
    await shop.done(['vault', 'encrypt', '--identity', 'ed25519', 'ours']);
    same(await program('age', '-d', '-i', 'ed25519', 'ours'));
  });

  test.each([
    ['short', /1024 bits/],
    ['ecdsa', /ecdsa-sha2-nistp256/],
  ])('a key that age does not take is refused: %s', async (key, says) => {
    shop.write('ours', content);
    const ended = await shop.runbook(['vault', 'encrypt', 'ours', '--recipient', shop.text(`${key}.pub`).trim()]);
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stderr).toMatch(says);
  });
});

describe('with passphrases', () => {
  const typed = (words: string): string =>
    JSON.stringify([
      ['assphrase', `${words}\r`],
      ['assphrase', `${words}\r`],
    ]);

  test('a file of the program is read, edited with the same passphrase, and read by the program', async () => {
    shop.write('small', 'a: opened-by-words\n');
    await shop.run(['python3', TERMINAL, typed('my words'), join(age, 'age'), '-p', '-o', 'words', 'small']);
    expect(await asked('my words', 'vault', 'view', 'words')).toContain('opened-by-words');
    await shop.run(['python3', TERMINAL, typed('my words'), RUNBOOK, 'vault', 'edit', 'words'], {
      env: { ...shop.env, VISUAL: 'echo b: 2 >>' },
    });
    await shop.run(['python3', TERMINAL, typed('my words'), join(age, 'age'), '-d', '-o', 'clear', 'words']);
    expect(shop.text('clear')).toBe('a: opened-by-words\nb: 2\n');
  });

  test('an identity file that a passphrase protects', async () => {
    await shop.run(['python3', TERMINAL, typed('my words'), join(age, 'age'), '-p', '-o', 'locked.txt', 'me.txt']);
    shop.write('small', 'a: opened-by-identity\n');
    await program('age', '-r', mine.recipient, '-o', 'theirs', 'small');
    const printed = await asked('my words', 'vault', 'view', '--identity', 'locked.txt', 'theirs');
    expect(printed).toContain('opened-by-identity');
  });

  test('where there is no terminal, that is said', async () => {
    const ended = await shop.run(['setsid', '-w', RUNBOOK, 'vault', 'view', '--identity', 'locked.txt', 'theirs']);
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stderr).toMatch(/Passphrase of the identity file locked\.txt cannot be asked/);
  });
});

test('files of variables in each form are read, and their values are secrets', async () => {
  shop.write('secrets.yml', 'password: canary-of-age\n');
  for (const form of [[], ['-a']]) {
    await program('age', '-r', mine.recipient, ...form, '-o', 'vars.yml', 'secrets.yml');
    const printed = await shop.done(['vars', '-i', 'h1,', 'h1', '-e', '@vars.yml']);
    expect(printed).toBe('password: "********"\n');
  }
});
