import { expect, test } from 'vitest';
import { modules } from '../../../engine/modules/base/catalogue.ts';
import { CHANGES_NOTHING } from '../../../engine/playbook/base/changes-nothing.ts';

test.each([...CHANGES_NOTHING])('%s is a module', async (name) => {
  expect((await modules.module(name)).name).toBe(name);
});
