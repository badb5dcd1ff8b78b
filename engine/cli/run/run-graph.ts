import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Problem } from '../../errors/problem.ts';
import type { Inventory } from '../../inventory/inventory.ts';
import { selectHosts } from '../../inventory/select-hosts.ts';
import type { Play } from '../../playbook/base/play.ts';
import { playsBehindRegrouping } from '../../playbook/base/regrouping.ts';
import { dot, mermaid } from '../../report/graph/graph-text.ts';
import { graphOf } from '../../report/graph/playbook-graph.ts';
import { printNotes } from '../../report/listing/vault.ts';
import { openOutput } from '../../report/text/output.ts';
import type { GraphFlags } from '../options/graph-options.ts';
import { refuseUnknownTags } from '../options/unknown-tags.ts';
import { prepareRun } from './prepare-run.ts';

/** Draws the playbook. Connects to nothing. */
export async function runGraphCommand(file: string, flags: GraphFlags): Promise<void> {
  const { playbook, inventory } = await prepareRun(file, flags);
  const selection = { tags: flags.tags, skipTags: flags.skipTags };
  printNotes(refuseUnknownTags(playbook, selection), process.stderr);
  const known = flags.inventory.length > 0 ? inventory : undefined;
  const mayRegroup = playsBehindRegrouping(playbook.plays);
  const plays = graphOf(playbook, {
    tasks: flags.tasks === true,
    selection,
    hostsOf: (play) => hostsOf(play, known, mayRegroup.has(play)),
  });
  const drawn = flags.format === 'mermaid' ? mermaid(plays) : dot(plays);
  openOutput(process.stdout).write(flags.format === 'svg' ? await drawnByGraphviz(drawn) : drawn);
}

function hostsOf(play: Play, inventory: Inventory | undefined, mayRegroup: boolean): string {
  const { literal } = play.hosts;
  const pattern =
    typeof literal === 'string'
      ? literal
      : Array.isArray(literal)
        ? literal.filter((one) => typeof one === 'string').join(',')
        : undefined;
  if (pattern === undefined) return 'hosts are known at run time';
  if (inventory === undefined) return pattern;
  try {
    const { length } = selectHosts(inventory, pattern, play.hostsPlace);
    return `${pattern}: ${length} ${length === 1 ? 'host' : 'hosts'}`;
  } catch (error) {
    if (error instanceof Problem && error.code === 'unknown-pattern' && mayRegroup) return pattern;
    throw error;
  }
}

/** Returns the drawing as SVG. Throws Problem if Graphviz is missing. */
async function drawnByGraphviz(graph: string): Promise<string> {
  const child = spawn('dot', ['-Tsvg'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const failed = once(child, 'error').then(([error]) => {
    throw new Problem({
      code: 'no-graphviz',
      what: 'a graph is drawn as SVG by Graphviz, and its program `dot` cannot be run',
      why: error instanceof Error ? error.message : undefined,
      remedy: 'Install Graphviz (apt install graphviz), or leave out --format svg: Mermaid needs no program.',
    });
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(graph);
  return await Promise.race([text(child.stdout), failed]);
}
