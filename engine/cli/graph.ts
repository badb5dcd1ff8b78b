import { type Command, Option } from 'commander';
import { EXIT } from './base/exit-status.ts';
import { addInventoryOptions, collectCommas, collectTags } from './options/common-options.ts';
import { GRAPH_FORMATS, type GraphFlags } from './options/graph-options.ts';

/** Adds `runbook graph PLAYBOOK`: draws plays, roles and handlers. */
export function addGraphCommand(command: Command, done: (status: number) => void): void {
  addInventoryOptions(command.argument('<playbook>'))
    .option('--tasks', 'a node for each task, in place of one for each role')
    .option('-t, --tags <tags>', 'only tasks with one of these tags (comma separated)', collectTags, [])
    .option('--skip-tags <tags>', 'all tasks except those with one of these tags', collectCommas, [])
    .addOption(
      new Option('--format <format>', 'mermaid (drawn by GitHub, GitLab and editors), dot, or svg (needs Graphviz)')
        .choices(GRAPH_FORMATS)
        .default('mermaid'),
    )
    .addHelpText('after', '\nExample:\n  runbook graph site.yml -i inventory.yml --format svg >site.svg\n')
    .action(async (playbook: string, flags: GraphFlags) => {
      const { runGraphCommand } = await import('./run/run-graph.ts');
      await runGraphCommand(playbook, flags);
      done(EXIT.ok);
    });
}
