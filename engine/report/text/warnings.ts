import type { TaskFinished } from '../../run/base/events.ts';
import { isList, isMap } from '../../values/base/value.ts';
import { maskValue } from '../../values/mask/mask.ts';
import type { Paint } from './paint.ts';
import { safeLine } from './safe-text.ts';
import { taskTitle } from './task-title.ts';

/** Returns the `warnings` of a module's result, a line each. */
export function warningLines(event: TaskFinished, paint: Paint): readonly string[] {
  const { result } = event;
  const warnings = result !== undefined && isMap(result) ? result['warnings'] : undefined;
  if (warnings === undefined || !isList(warnings)) return [];
  const about = `[${safeLine(event.host)}] ${taskTitle(event.task, event.item)}`;
  return warnings.flatMap((warning) => {
    const shown = maskValue(warning);
    return typeof shown === 'string' ? [paint('yellow', `warning: ${about}: ${safeLine(shown)}`)] : [];
  });
}
