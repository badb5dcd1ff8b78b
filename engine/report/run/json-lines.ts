import type { Output } from '../text/output.ts';
import { eventJson } from './event-json.ts';
import type { Renderer } from './renderer.ts';

/** Writes each event as one JSON object per line, for programs. */
export function jsonLines(output: Output): Renderer {
  return {
    show: (event, at) => output.write(`${eventJson(event, at)}\n`),
    finish: () => output.drained(),
  };
}
