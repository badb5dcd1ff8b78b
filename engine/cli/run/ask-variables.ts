import { Problem } from '../../errors/problem.ts';
import type { Play, Playbook, Prompt } from '../../playbook/base/play.ts';
import { Secret } from '../../values/base/secret.ts';
import type { Value } from '../../values/base/value.ts';
import type { Layer } from '../../values/scope.ts';
import { askPerson } from '../options/ask-secret.ts';

/** Asks a person; undefined if there is no terminal. */
export type AskPerson = (question: string, options: { readonly isShown: boolean }) => Promise<string> | undefined;

/**
 * Asks for the variables of `vars_prompt` that `extra` does not have, and returns the playbook with the answers as
 * variables of its plays. As in Ansible, an empty answer gives the default, which also counts without a terminal.
 * Throws Problem `no-terminal` if there is neither.
 */
export async function askVariables(playbook: Playbook, extra: Layer, ask: AskPerson): Promise<Playbook> {
  if (playbook.plays.every(({ prompts }) => prompts.length === 0)) return playbook;
  const plays: Play[] = [];
  for (const play of playbook.plays) {
    const answers = new Map<string, Value>();
    for (const prompt of play.prompts)
      if (!extra.variables.has(prompt.name)) answers.set(prompt.name, await answerTo(prompt, ask));
    const layer: Layer = { level: 'play vars', origin: 'vars_prompt', variables: answers };
    plays.push(answers.size === 0 ? play : { ...play, layers: [...play.layers, layer] });
  }
  return { ...playbook, plays };
}

/** Like `askVariables`, on the terminal, for a run that was prepared. */
export async function withAnswers<Run extends { readonly playbook: Playbook; readonly extra: Layer }>(
  run: Run,
): Promise<Run> {
  return { ...run, playbook: await askVariables(run.playbook, run.extra, askPerson) };
}

async function answerTo(prompt: Prompt, ask: AskPerson): Promise<Value> {
  const { name, place, isPrivate, isConfirmed, fallback } = prompt;
  const shown = fallback === undefined || fallback instanceof Secret || isPrivate ? '' : ` [${fallback}]`;
  for (;;) {
    const asked = ask(`${prompt.question.replace(/:\s*$/, '')}${shown}`, { isShown: !isPrivate });
    if (asked === undefined) {
      if (fallback !== undefined) return isPrivate && typeof fallback === 'string' ? Secret.of(fallback) : fallback;
      throw new Problem({
        code: 'no-terminal',
        what: `The variable ${name} cannot be asked for: there is no terminal`,
        place,
        remedy: `Give it on the command line: -e ${name}=…`,
      });
    }
    const answer = await asked;
    const again = isConfirmed ? await ask(`${prompt.question}, again`, { isShown: !isPrivate }) : answer;
    if (again !== answer) continue;
    if (answer === '' && fallback !== undefined) return fallback;
    return isPrivate ? Secret.of(answer) : answer;
  }
}
