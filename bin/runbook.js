#!/usr/bin/env node
// Plain JavaScript that any Node can read: it makes sure that the right one runs the rest.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WANTED = 24;
const found = Number(process.versions.node.split('.')[0]);

if (found !== WANTED) {
  const beside = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (existsSync(beside) && process.env.RUNBOOK_NODE !== beside) {
    const again = spawnSync(beside, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      stdio: 'inherit',
      env: { ...process.env, RUNBOOK_NODE: beside },
    });
    if (again.signal !== null) process.kill(process.pid, again.signal);
    process.exit(again.status ?? 1);
  }
  process.stderr.write(
    `runbook needs Node ${WANTED}, this is ${process.version}. Run "npm install" in its folder (it brings the right Node), or put Node ${WANTED} first on the PATH.\n`,
  );
  process.exit(1);
}

if (process.argv.length === 3 && process.argv[2] === '--version') {
  process.stdout.write(`${JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version}\n`);
} else {
  const source = new URL('../engine/cli/main.ts', import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : new URL('../dist/engine/cli/main.js', import.meta.url).href);
  process.exitCode = await main(process.argv.slice(2));
}
