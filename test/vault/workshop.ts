import { spawn, type SpawnOptions } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer as readAll } from 'node:stream/consumers';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

export interface Ended {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program to its end, with any exit status. */
export async function run(
  argv: readonly string[],
  options: SpawnOptions & { readonly input?: string | Buffer } = {},
): Promise<Ended> {
  const [program = '', ...args] = argv;
  const { input, ...rest } = options;
  const child = spawn(program, args, { ...rest, stdio: 'pipe' });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const [stdout, stderr, status] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    }),
  ]);
  return { status, stdout, stderr: stderr.toString() };
}

/** A folder to encrypt and decrypt in, with an identity `me.txt` in it. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'runbook-vault-'));
  readonly env: Readonly<Record<string, string>>;

  constructor() {
    const { PATH = '', HOME = '' } = process.env;
    this.env = {
      PATH,
      HOME,
      XDG_CONFIG_HOME: join(this.folder, 'config'),
      RUNBOOK_IDENTITY: this.path('me.txt'),
      NO_COLOR: '1',
    };
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return name;
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name));
  }

  text(name: string): string {
    return this.read(name).toString();
  }

  /** Runs runbook in the folder. */
  runbook(
    args: readonly string[],
    options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<Ended> {
    const { input, env } = options;
    return this.run([process.execPath, RUNBOOK, ...args], {
      env: { ...this.env, ...env },
      ...(input === undefined ? {} : { input }),
    });
  }

  /** Like `runbook`, but it must succeed; returns its output. */
  async done(
    args: readonly string[],
    options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<string> {
    const ended = await this.runbook(args, options);
    if (ended.status !== 0) throw new Error(`runbook ${args.join(' ')} ended with ${ended.status}: ${ended.stderr}`);
    return ended.stdout.toString();
  }

  /** Runs another program in the folder. */
  run(argv: readonly string[], options: SpawnOptions & { readonly input?: string | Buffer } = {}): Promise<Ended> {
    return run(argv, { cwd: this.folder, env: this.env, ...options });
  }

  /** Makes an identity in a file, and returns its recipient. */
  async identity(name: string): Promise<string> {
    const printed = await this.done(['vault', 'keygen', '--identity', this.path(name)]);
    return /age1\S+/.exec(printed)?.[0] ?? '';
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
