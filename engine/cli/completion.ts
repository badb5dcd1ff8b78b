import { Argument, type Command } from 'commander';
import { openOutput } from '../report/text/output.ts';
import { EXIT } from './base/exit-status.ts';
import { completionScript } from './completion/scripts.ts';
import { type Shell, SHELLS } from './completion/shell-word.ts';

const INSTALL = `
Install it for yourself, then begin a new shell:
  bash   runbook completion bash > ~/.local/share/bash-completion/completions/runbook
         (package bash-completion; without it, put  source <(runbook completion bash)  into ~/.bashrc)
  zsh    runbook completion zsh > ~/.zsh/_runbook
         (in ~/.zshrc, before compinit:  fpath=(~/.zsh $fpath) )
  fish   runbook completion fish > ~/.config/fish/completions/runbook.fish

Example:
  runbook play site.yml -i inventory.yml --tags <Tab>
`;

/** Adds `runbook completion SHELL`: prints the script that completes commands, options, hosts, tags, tasks and runs. */
export function addCompletionCommand(command: Command, done: (status: number) => void): void {
  command
    .addArgument(new Argument('<shell>', 'the shell that the script is for').choices(SHELLS))
    .addHelpText('after', INSTALL)
    .action((shell: Shell) => {
      openOutput(process.stdout).write(completionScript(shell, process.argv[1] ?? 'runbook'));
      done(EXIT.ok);
    });
}
