import { safeText } from './safe-text.ts';

type Property = readonly [name: string, value: string | number | undefined];

/**
 * Returns a command of GitHub Actions, on one line without a line end. Undefined properties are left out. Text is
 * escaped as in the toolkit of GitHub Actions, so that it cannot begin another command.
 */
export function workflowCommand(
  command: 'error' | 'warning' | 'notice',
  properties: readonly Property[],
  message: string,
): string {
  const given = properties.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${property(String(value))}`],
  );
  return `::${command}${given.length === 0 ? '' : ' '}${given.join(',')}::${data(message)}`;
}

function data(text: string): string {
  return safeText(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
