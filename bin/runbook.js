#!/usr/bin/env node
// Plain JavaScript that any Node can read: it makes sure that the right one runs the rest.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
// By its default export: an older Node does not have all of its names, and must come as far as the message below.
import nodeModule from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WANTED = 24;
const found = Number(process.versions.node.split('.')[0]);

if (found === WANTED) await run();
else {
  const beside = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (existsSync(beside) && process.env.RUNBOOK_NODE !== beside) runUnder(beside);
  else {
    process.stderr.write(
      `runbook needs Node ${WANTED}, this is ${process.version}. Run "npm install" in its folder (it brings the right Node), or put Node ${WANTED} first on the PATH.\n`,
    );
    process.exitCode = 1;
  }
}

async function run() {
  if (process.argv.length === 3 && process.argv[2] === '--version') {
    process.stdout.write(`${JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version}\n`);
    return;
  }
  keepCompiled();
  const source = new URL('../engine/cli/main.ts', import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : new URL('../dist/engine/cli/main.js', import.meta.url).href);
  process.exitCode = await main(process.argv.slice(2));
}

/** Loading the program is most of what a short run costs. Where nothing can be kept, it is only slower. */
function keepCompiled() {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, 'runbook', 'compiled');
  try {
    // Step by step, as Node makes whole paths in a loop that does not end below /proc.
    for (const path of [cache, join(cache, 'runbook'), folder]) if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
  } catch {
    return;
  }
  nodeModule.enableCompileCache(folder);
}

/** Stays until the other one has ended, which alone decides what a signal means. */
function runUnder(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, RUNBOOK_NODE: node },
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const pass = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  child.on('exit', (status, signal) => {
    for (const one of signals) process.off(one, pass);
    if (signal === null) process.exitCode = status ?? 1;
    else process.kill(process.pid, signal);
  });
}
