import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { argumentNames, shapeOf } from '../../../engine/modules/base/argument-problem.ts';
import { modules } from '../../../engine/modules/base/catalogue.ts';
import { insteadOfArgument } from '../../../engine/values/habits/foreign-argument.ts';

describe.each(modules.names())('module %s', (name) => {
  it('is what its file says, and describes itself', async () => {
    const module = await modules.module(name);
    expect(module.name).toBe(name);
    expect(module.summary).toMatch(/^[A-Z].*\.$/s);
    expect(module.examples.length).toBeGreaterThan(0);
    if (module.freeForm !== undefined) expect(argumentNames(module)).toContain(module.freeForm);
    for (const [alias, own] of Object.entries(module.aliases ?? {})) {
      expect(argumentNames(module)).toContain(own);
      expect(argumentNames(module)).not.toContain(alias);
    }
    for (const [argument, remedy] of Object.entries(module.foreign ?? {})) {
      expect(argumentNames(module)).not.toContain(argument);
      expect(insteadOfArgument(remedy)).toMatch(/^[A-Z`].*[^.]$|^[A-Z`].*\.$/s);
    }
    for (const [argument, schema] of Object.entries(shapeOf(module.arguments))) {
      expect(schema instanceof z.ZodType ? schema.description : undefined, `description of ${argument}`).toBeTruthy();
    }
  });
  it('has a schema that an editor can use', async () => {
    const module = await modules.module(name);
    expect(() => z.toJSONSchema(module.arguments, { io: 'input', unrepresentable: 'any' })).not.toThrow();
  });
});

describe('the catalogue', () => {
  it('knows the full names of Ansible, and nothing else', () => {
    expect(modules.has('copy')).toBe(true);
    expect(modules.has('ansible.builtin.copy')).toBe(true);
    for (const name of ['community.general.copy', 'module', 'arguments', 'file-plan', 'constructor', 'Copy'])
      expect(modules.has(name)).toBe(false);
  });
  it('guesses what was meant', () => {
    expect(() => modules.module('tmplate')).toThrow(
      expect.objectContaining({ code: 'unknown-module', remedy: 'Did you mean "template"?' }),
    );
  });
});
