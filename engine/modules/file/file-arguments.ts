import { z } from 'zod';
import { boolean, openText, path } from '../base/arguments.ts';
import { attributeArguments } from '../path/file-attributes.ts';
import { targetsOf } from './link-target.ts';

/** The arguments of the module `file`. */
export const fileArguments = z
  .strictObject({
    path: path().describe('The path on the host.'),
    state: z
      .enum(['file', 'directory', 'link', 'hard', 'touch', 'absent'])
      .optional()
      .describe(
        '`file`: the path must exist; only owner and mode are set. `directory`: the directory is made, with the directories above it. `link`, `hard`: a link to src. `touch`: an empty file is made, or the time of an existing file is set. `absent`: the path is removed, with everything beneath it.',
      ),
    src: openText()
      .optional()
      .describe(
        'The target of a link. The target of a symbolic link may be relative to the directory of the link. Without src, an existing link stays.',
      ),
    ...attributeArguments,
    recurse: boolean()
      .default(false)
      .describe('Whether owner and mode are also set on everything beneath a directory.'),
    follow: boolean()
      .default(true)
      .describe('Whether owner and mode are set on the target of a link, and not on the link.'),
    force: boolean()
      .default(false)
      .describe('Whether a link may replace a file or an empty directory, and may have a target that does not exist.'),
    modification_time: z
      .enum(['now', 'preserve'])
      .default('now')
      .describe('For touch: whether the time of an existing file is set.'),
    access_time: z
      .enum(['now', 'preserve'])
      .optional()
      .describe('For touch: whether the time of the last access is set. Default: the value of modification_time.'),
  })
  .refine(
    (args) => args.src === undefined || args.state === 'link' || args.state === 'hard',
    'src is for state: link and state: hard',
  )
  .refine(
    ({ state, path: at, src }) => state !== 'link' || typeof src !== 'string' || !targetsOf(at, src).includes(at),
    'src is path itself: the link would lead to itself, and with force the file would be lost\nWrite the target of the link in src.',
  )
  .refine((args) => args.state !== 'hard' || args.src !== undefined, 'state: hard needs src')
  .refine((args) => !args.recurse || args.state === 'directory', 'recurse is for state: directory');
export type FileArguments = z.infer<typeof fileArguments>;
