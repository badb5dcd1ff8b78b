import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Completed } from '../../engine/connection/connection.ts';
import { composeObservation } from '../../engine/resources/base/observation.ts';
import type { Request } from '../../engine/resources/base/resource.ts';

/** The content of a host: files by their paths, programs (mode 0755) and links. */
export interface HostFiles {
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly programs?: Readonly<Record<string, string>>;
  readonly folders?: readonly string[];
  readonly links?: Readonly<Record<string, string>>;
}

/** Surroundings in which looks are tried. */
export interface Surroundings {
  readonly name: string;
  readonly shell: readonly string[];
  readonly path: string;
}

/** System paths, which a host in a folder has below that folder. */
const SYSTEM_PATH = /(?<![\w./|-])\/(?=(?:etc|proc|sys|lib|run|usr|var|home|dev\/disk)\/)/g;

/** Writes the files below the folder, after emptying it. */
export function layOutHost(folder: string, { files = {}, programs = {}, folders = [], links = {} }: HostFiles): void {
  rmSync(folder, { recursive: true, force: true });
  for (const path of folders) mkdirSync(join(folder, path), { recursive: true });
  for (const [path, content] of [...Object.entries(files), ...Object.entries(programs)]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
    if (Object.hasOwn(programs, path)) chmodSync(join(folder, path), 0o755);
  }
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(target, join(folder, path));
  }
}

/** Returns the answer to each request alone, and the answers to all of them together. */
export function lookAloneAndTogether(
  folder: string,
  requests: readonly Request[],
  { shell, path }: Surroundings,
): { readonly alone: readonly unknown[]; readonly together: readonly unknown[] } {
  const mark = '==runbook-test==';
  const looks = [requests, ...requests.map((one) => [one])].map((asked) => composeObservation(asked, 'f00f00f00f00'));
  const script = looks
    .map((look) => `(\n${inFolder(look.script, folder)}\n) </dev/null 2>&4\nprintf '${mark}%s${mark}' "$?"\n`)
    .join('');
  const [command = 'sh', ...args] = shell;
  const env = {
    PATH: `${folder}/bin:${path}`,
    HOME: `${folder}/home/me`,
    DPKG_ADMINDIR: `${folder}/var/lib/dpkg`,
    LC_ALL: 'C',
  };
  const done = spawnSync(command, args, { input: `exec 4>&2\n${script}`, env, maxBuffer: 64 * 1024 * 1024 });
  const answers = answersIn(done.stdout, mark, done.stderr);
  const [together, ...alone] = looks.map((look, index) =>
    look.decode(answers[index] ?? { status: 255, stdout: done.stdout, stderr: done.stderr }),
  );
  return {
    alone: requests.map(({ key }, index) => alone[index]?.get(key)),
    together: requests.map(({ key }) => together?.get(key)),
  };
}

function inFolder(script: string, folder: string): string {
  // A busybox that prefers its own programs would not find the crontab of the host.
  return script.replaceAll(SYSTEM_PATH, `${folder}/`).replaceAll(/\bcrontab (?=-)/g, `${folder}/bin/crontab `);
}

function answersIn(stdout: Buffer, mark: string, stderr: Buffer): readonly Omit<Completed, 'cut'>[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at <= stdout.length;) {
    const next = stdout.indexOf(mark, at);
    if (next === -1) break;
    pieces.push(stdout.subarray(at, next));
    at = next + mark.length;
  }
  const answers: Omit<Completed, 'cut'>[] = [];
  for (let at = 0; at + 1 < pieces.length; at += 2)
    answers.push({ status: Number(pieces[at + 1]?.toString()), stdout: pieces[at] ?? Buffer.alloc(0), stderr });
  return answers;
}
