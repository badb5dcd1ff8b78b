import { Command, CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { commandLineProblem } from '../../engine/cli/options/command-line-problem.ts';
import { argumentNames } from '../../engine/modules/base/argument-problem.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';
import { ANSIBLE_DIFFERENCES, insteadOf } from '../../engine/values/habits/ansible-differences.ts';
import { ANSIBLE_MODULES, COMMON_ARGUMENTS } from '../../engine/values/habits/ansible-modules.ts';
import { ANSIBLE_OPTIONS } from '../../engine/values/habits/ansible-options.ts';
import { ANSIBLE_FACTS, ANSIBLE_MAGIC } from '../../engine/values/habits/ansible-variables.ts';
import { insteadOfArgument } from '../../engine/values/habits/foreign-argument.ts';
import { JINJA_WORDS } from '../../engine/values/habits/jinja-words.ts';
import { parseTemplate } from '../../engine/values/template/template.ts';
import { readYaml } from '../../engine/values/yaml/yaml.ts';

const place = { file: 'p.yml', line: 1, column: 1 };

/** Returns every sentence that says what to write. */
async function sentences(): Promise<readonly string[]> {
  const all = await Promise.all(modules.names().map((name) => modules.module(name)));
  return [
    ...ANSIBLE_DIFFERENCES.map(({ instead }) => instead),
    ...Object.values(COMMON_ARGUMENTS).map(insteadOfArgument),
    ...all.flatMap(({ foreign = {} }) => Object.values(foreign).map(insteadOfArgument)),
    ...[...ANSIBLE_FACTS, ...ANSIBLE_MAGIC].map(({ instead }) => instead),
    ...JINJA_WORDS.values(),
  ];
}

describe('what remedies say to write can be written', () => {
  test('templates in them can be read', async () => {
    const templates = (await sentences()).flatMap((sentence) => sentence.match(/\{\{[^}…]*\}\}/g) ?? []);
    const blocks = (text: string): string => {
      const block = /^\{\{~?#\*?(\w+)/.exec(text)?.[1];
      return block === undefined ? text : `${text}{{/${block}}}`;
    };
    const whole = templates.filter((text) => !/^\{\{[/>]/.test(text) && text !== '{{#each}}');
    expect(whole.length).toBeGreaterThan(5);
    for (const text of whole) expect(() => parseTemplate(blocks(text), place), text).not.toThrow();
  });

  test('modules with arguments in them exist, and take these arguments', async () => {
    const calls = (await sentences()).flatMap((sentence) => [
      ...sentence.matchAll(/(?:Write|then|or) (\w+): (\{[^{}]*(?:\{\{[^}]*\}\}[^{}]*)*\})/g),
    ]);
    expect(calls.length).toBeGreaterThan(5);
    for (const [text, module = '', map = ''] of calls) {
      if (!modules.has(module)) continue;
      const [node] = readYaml(map.replaceAll(', …', ''), 'x.yml');
      const { aliases = {}, ...rest } = await modules.module(module);
      const known = new Set([...argumentNames(rest), ...Object.keys(aliases)]);
      const given = node?.kind === 'map' ? node.entries.map(({ key }) => key) : ['no map'];
      expect(
        given.filter((name) => !known.has(name)),
        text,
      ).toEqual([]);
    }
  });

  test('a module that a remedy names by "Write NAME." exists', () => {
    const named = ANSIBLE_MODULES.flatMap(({ instead }) => /^Write (\w+)[.,]/.exec(instead)?.[1] ?? []);
    expect(named.filter((name) => !modules.has(name))).toEqual([]);
  });

  test('no module that there is is listed as one that there is not', () => {
    expect(ANSIBLE_MODULES.map(({ name }) => name).filter((name) => modules.has(name))).toEqual([]);
  });

  test('families of modules have one', () => {
    expect(insteadOf('docker_swarm', 'module')).toMatch(/Use docker in both/);
    expect(insteadOf('ec2_instance', 'module')).toMatch(/another tool/);
  });

  test('an option with a value is told by its name', () => {
    const error = new CommanderError(1, 'commander.unknownOption', "error: unknown option '--force-handlers=x'");
    const { remedy } = commandLineProblem(error, new Command('runbook'), ['play', '--force-handlers=x']);
    expect(remedy).toBe(ANSIBLE_OPTIONS.get('--force-handlers'));
  });
});
