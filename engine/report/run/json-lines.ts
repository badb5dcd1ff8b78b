import type { Output } from '../text/output.ts';
import { eventJson } from './event-json.ts';
import type { Renderer } from './renderer.ts';

/** For programs: each event as one JSON object a line. */
export function jsonLines(output: Output): Renderer {
  return {
    show: (event, at) => output.write(`${eventJson(event, at)}\n`),
    finish: () => output.drained(),
  };
}
