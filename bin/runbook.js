#!/usr/bin/env node
// Plain JavaScript that any Node can read. It makes sure that a Node that is new enough runs the program.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { existsSync, readFileSync } = require('fs');
const path = require('path');
const { fileURLToPath } = require('url');

const OLDEST = 24;
const found = Number(process.versions.node.split('.')[0]);
const root = fileURLToPath(new URL('..', import.meta.url));
/** The package of npm that contains only Node for this machine. It runs no script when it is installed. */
const nodePackage = `node-${process.platform}-${process.arch}`;

if (found >= OLDEST) await run(process.argv.slice(2));
else {
  const installed = installedNode();
  if (installed !== undefined && process.env.RUNBOOK_NODE !== installed) runUnder(installed);
  else refuse(`runbook needs Node ${OLDEST} or later, this is ${process.version}. ${remedy()}`);
}

/** Returns how to get a Node that is new enough. This depends on the way in which the program was installed. */
function remedy() {
  const brings = ['linux-x64', 'linux-arm64'].includes(`${process.platform}-${process.arch}`);
  const other = `put Node ${OLDEST} or later first on the PATH.`;
  if (!brings) return `${other.charAt(0).toUpperCase()}${other.slice(1)}`;
  if (existsSync(path.join(root, 'engine')))
    return `Run "npm ci" in ${root}, which brings Node ${OLDEST} for Linux on x64 and arm64, or ${other}`;
  const node = `${nodePackage}@${OLDEST}`;
  const above = path.dirname(path.dirname(path.resolve(root)));
  if (path.resolve(root).split(path.sep).includes('_npx'))
    return `Run "npx -p ${node} -p runbook runbook", followed by the arguments, or ${other}`;
  if (path.basename(above) === 'lib')
    return `Run "npm install --global --no-bin-links ${node}", which puts Node ${OLDEST} beside runbook and nowhere else, or ${other}`;
  return `Run "npm install ${node}" in ${above}, which puts Node ${OLDEST} beside runbook, or ${other}`;
}

/**
 * Returns the Node that npm has installed in this checkout (by the lock file and its checksums) or beside this package.
 * Undefined if there is none.
 */
function installedNode() {
  const linked = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (existsSync(linked)) return linked;
  try {
    const node = path.join(path.dirname(require.resolve(`${nodePackage}/package.json`)), 'bin/node');
    return existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} why */
function refuse(why) {
  process.stderr.write(`${why}\n`);
  process.exitCode = 1;
}

/** @param {readonly string[]} argv */
async function run(argv) {
  const [command = ''] = argv;
  if (argv.length === 1 && command === '--version') {
    process.stdout.write(`${JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version}\n`);
    return;
  }
  const { loadProgram } = require('./program.cjs');
  const program = await loadProgram(root, command);
  process.exitCode = await program.main(argv);
  // A run that ends with a mistake has called only few functions, so its compiled code is not stored.
  if (process.exitCode === 0) program.keep();
}

/**
 * Runs the program under another Node, and waits until it has ended. Only that process decides the effect of signals.
 * @param {string} node
 */
function runUnder(node) {
  const { spawn } = require('child_process');
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, RUNBOOK_NODE: node },
  });
  /** @type {readonly NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'];
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => {
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, pass);
  child.on('error', (error) => {
    // That Node is made for glibc. On other systems its loader is missing, and the error names the program as a missing
    // file.
    refuse(
      `${node} cannot be started (${error.message}). It needs glibc and runs on Debian, Ubuntu, RHEL and the like; elsewhere put Node ${OLDEST} or later first on the PATH.`,
    );
  });
  child.on('exit', (status, signal) => {
    for (const one of signals) process.off(one, pass);
    if (signal === null) process.exitCode = status ?? 1;
    else process.kill(process.pid, signal);
  });
}
