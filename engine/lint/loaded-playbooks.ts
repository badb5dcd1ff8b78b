import type { Include, Playbook, Step } from '../playbook/base/play.ts';
import { fixedText } from './base/fixed-text.ts';
import type { LoadedPlay, LoadedPlaybook, LoadedStep } from './base/site.ts';

/** Maximal depth of includes within includes. A deeper include most likely includes itself. */
const MOST_DEEP = 5;

/** Returns a playbook with all of its steps: the content of blocks and of includes with a fixed name is added. */
export async function loadedPlaybook(playbook: Playbook): Promise<LoadedPlaybook> {
  const plays: LoadedPlay[] = [];
  for (const play of playbook.plays) {
    const opened = new OpenedSteps();
    for (const section of play.sections) await opened.add(section.steps, opened.steps);
    await opened.add(
      play.handlers.map(({ step }) => step),
      opened.handlerSteps,
    );
    plays.push({ play, steps: opened.steps, handlerSteps: opened.handlerSteps, isWhole: opened.isWhole });
  }
  return { file: playbook.file, plays };
}

class OpenedSteps {
  readonly steps: LoadedStep[] = [];
  readonly handlerSteps: LoadedStep[] = [];
  isWhole = true;

  async add(steps: readonly Step[], into: LoadedStep[], includes: readonly Include[] = []): Promise<void> {
    for (const step of steps) {
      into.push({ step, includes });
      if (step.kind === 'block') await this.add([...step.block, ...step.rescue, ...step.always], into, includes);
      if (step.kind === 'include') await this.#open(step, into, includes);
    }
  }

  async #open(include: Include, into: LoadedStep[], around: readonly Include[]): Promise<void> {
    const { target } = include;
    const name = fixedText(target.kind === 'tasks' ? target.file : target.role);
    if (name === undefined || around.length >= MOST_DEEP) {
      this.isWhole = false;
      return;
    }
    const opened = await include.open(name, []);
    const includes = [...around, include];
    await this.add(opened.steps, into, includes);
    await this.add(
      opened.handlers.map(({ step }) => step),
      this.handlerSteps,
      includes,
    );
  }
}
