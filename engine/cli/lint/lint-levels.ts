import { existsSync } from 'node:fs';
import { type Place, Problem } from '../../errors/problem.ts';
import { readAtOnce } from '../../files/read-file.ts';
import { type Level, LEVELS } from '../../lint/base/rule.ts';
import type { Levels } from '../../lint/lint.ts';
import { RULES } from '../../lint/rules.ts';
import type { MapEntry } from '../../values/base/node.ts';
import { didYouMean } from '../../values/language/suggest.ts';
import { oneDocument } from '../../values/yaml/one-document.ts';
import { textIn } from '../../values/yaml/text-file.ts';
import { readYaml } from '../../values/yaml/yaml.ts';

/** The settings of a project, in the working folder. */
export const SETTINGS_FILE = '.runbook-lint.yml';

const CHOICES = ['off', ...LEVELS] as const;

/**
 * Returns the levels of the rules that the project and the command line set. The command line takes precedence. `file`:
 * another file of settings, which must exist. Throws Problem.
 */
export function lintLevels(given: readonly string[], file: string | undefined): Levels {
  const levels = new Map<string, Level | 'off'>();
  if (file !== undefined || existsSync(SETTINGS_FILE))
    for (const [name, level] of levelsOfFile(file ?? SETTINGS_FILE)) levels.set(name, level);
  for (const text of given) {
    const [name = '', level = ''] = text.split('=');
    levels.set(knownRule(name, undefined), knownLevel(level, undefined));
  }
  return levels;
}

function levelsOfFile(file: string): Levels {
  const node = oneDocument(readYaml(textIn(readSettings(file), file), file));
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return new Map();
  if (node.kind !== 'map') throw wrongForm(node.place);
  const levels = new Map<string, Level | 'off'>();
  for (const { key, keyPlace, value } of node.entries) {
    if (key !== 'rules' || value.kind !== 'map') throw wrongForm(keyPlace);
    for (const entry of value.entries) levels.set(knownRule(entry.key, entry.keyPlace), levelIn(entry));
  }
  return levels;
}

function readSettings(file: string): Buffer {
  try {
    return readAtOnce(file);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new Problem({
      code: 'file-unreadable',
      what: `the settings of lint ${file} cannot be read`,
      why: error.message,
      remedy: 'Correct the path after --config.',
    });
  }
}

function levelIn({ value }: MapEntry): Level | 'off' {
  return knownLevel(value.kind === 'scalar' ? String(value.value) : '', value.place);
}

function wrongForm(place: Place): Problem {
  return new Problem({
    code: 'lint-settings',
    what: 'The settings of lint must be a map of rules and levels',
    place,
    remedy: 'Write rules: and below it lines such as latest-version: error.',
  });
}

function knownRule(name: string, place: Place | undefined): string {
  const names = RULES.map((rule) => rule.name);
  if (names.includes(name)) return name;
  throw new Problem({
    code: 'unknown-rule',
    what: `there is no rule "${name}"`,
    place,
    remedy: didYouMean(name, names) ?? 'See `runbook lint --rules` for all of them.',
  });
}

function knownLevel(level: string, place: Place | undefined): Level | 'off' {
  const known = CHOICES.find((choice) => choice === level);
  if (known !== undefined) return known;
  throw new Problem({
    code: 'unknown-choice',
    what: level === '' ? 'the rule has no level' : `there is no level "${level}"`,
    place,
    remedy: `Write one of: ${CHOICES.join(', ')}${place === undefined ? ', such as --rule latest-version=error' : ''}.`,
  });
}
