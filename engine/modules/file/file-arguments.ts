import { z } from 'zod';
import { boolean, openText, path } from '../base/arguments.ts';
import { attributeArguments } from '../path/file-attributes.ts';
import { targetsOf } from './link-target.ts';

/** What the module `file` takes. */
export const fileArguments = z
  .strictObject({
    path: path().describe('The path on the host.'),
    state: z
      .enum(['file', 'directory', 'link', 'hard', 'touch', 'absent'])
      .optional()
      .describe(
        '`file`: it must be there already, only owner and mode are set. `directory`: it is made, with the directories above it. `link`, `hard`: a link to src. `touch`: made empty, or its time set. `absent`: removed, with all that is beneath.',
      ),
    src: openText()
      .optional()
      .describe(
        'For links: what they lead to. A symbolic link may name it relative to its own directory; without src one that is there stays.',
      ),
    ...attributeArguments,
    recurse: boolean()
      .default(false)
      .describe('Whether owner and mode are set for everything beneath a directory as well.'),
    follow: boolean().default(true).describe('Whether owner and mode are those of what a link leads to.'),
    force: boolean()
      .default(false)
      .describe('Whether a link may take the place of a file or an empty directory, and lead to what does not exist.'),
    modification_time: z
      .enum(['now', 'preserve'])
      .default('now')
      .describe('For touch: whether the time of a file that is there is set.'),
    access_time: z
      .enum(['now', 'preserve'])
      .optional()
      .describe(
        'For touch: whether the time of the last access is set. Where it is left out, as modification_time says.',
      ),
  })
  .refine(
    (args) => args.src === undefined || args.state === 'link' || args.state === 'hard',
    'src is for state: link and state: hard',
  )
  .refine(
    ({ state, path: at, src }) => state !== 'link' || typeof src !== 'string' || !targetsOf(at, src).includes(at),
    'src is path itself: the link would lead to itself, and with force the file would be lost\nWrite in src what the link shall lead to.',
  )
  .refine((args) => args.state !== 'hard' || args.src !== undefined, 'state: hard needs src')
  .refine((args) => !args.recurse || args.state === 'directory', 'recurse is for state: directory');
export type FileArguments = z.infer<typeof fileArguments>;
