import { modules } from '../../engine/modules/base/catalogue.ts';
import { ANSIBLE_DIFFERENCES } from '../../engine/playbook/base/ansible-differences.ts';
import { celFunctions } from '../../engine/values/cel/cel-environment.ts';
import { helpers } from '../../engine/values/helpers/helper-table.ts';

/** The rows of the tables in docs/language.md, as they follow from the tables of the engine. */
export function helperRows(): readonly string[] {
  return helpers
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, summary, example: [template, result] }) =>
      row(code(name), summary, `${code(template)} → ${code(JSON.stringify(result))}`),
    );
}

export function functionRows(): readonly string[] {
  return celFunctions.map(({ signature, summary, example: [expression, result] }) =>
    row(code(signature), summary, `${code(expression)} → ${code(JSON.stringify(result))}`),
  );
}

export function differenceRows(): readonly string[] {
  return ANSIBLE_DIFFERENCES.map(({ name, where, instead }) => row(code(name), where, instead));
}

export function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** The rows of the table in docs/modules.md. */
export async function moduleRows(): Promise<readonly string[]> {
  const all = await Promise.all(modules.names().map((name) => modules.module(name)));
  return all
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, summary }) => row(code(name), summary));
}
