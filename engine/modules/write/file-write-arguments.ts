import type { z } from 'zod';
import { boolean, plainText } from '../base/arguments.ts';
import { attributeArguments } from '../path/file-attributes.ts';

/** The arguments that all modules for writing files share. */
export const writeArguments = {
  ...attributeArguments,
  backup: boolean()
    .default(false)
    .describe('Whether the old file is kept beside the new one, with the time in its name.'),
  validate: validateArgument()
    .optional()
    .describe('A command that checks the new file before it takes its place; %s stands for the file.'),
  unsafe_writes: boolean()
    .default(false)
    .describe(
      'Whether a file that cannot be replaced, such as a mount point in a container, is overwritten. A program that reads the file meanwhile may see half of it.',
    ),
};

function validateArgument(): z.ZodType<string> {
  return plainText().refine(
    (value) => value.includes('%s'),
    'must hold %s, which stands for the new file: without it the file is not checked\nWrite for example: validate: visudo -cf %s',
  );
}

const CONTEXT =
  'The file gets the context that the policy of the host has for it. Write that one by shell: semanage fcontext, then restorecon.';

/** Arguments that only the modules of Ansible for files have. */
export const foreignFileArguments = {
  seuser: CONTEXT,
  serole: CONTEXT,
  setype: CONTEXT,
  selevel: CONTEXT,
  attributes: 'Set attributes by a task of check: (lsattr, grep) and apply: (chattr).',
  attr: 'Set attributes by a task of check: (lsattr, grep) and apply: (chattr).',
} as const;
