import { z } from 'zod';
import { alsoDigits, boolean, path, wholeNumber } from '../base/arguments.ts';
import { unsafePath } from '../path/file-attributes.ts';

const word = alsoDigits(z.string().regex(/^\S+$/, 'must be one word'));
/** Only a value may contain blanks, as in `username=John Doe`; in fstab they are written as `\040`. */
const options = alsoDigits(
  z
    .string()
    .regex(
      /^[^\s,=]+(?:=(?:[^\s,](?:[^,\n]*[^\s,])?)?)?(?:,[^\s,=]+(?:=(?:[^\s,](?:[^,\n]*[^\s,])?)?)?)*$/,
      'must be options that commas join\nLeave out blanks outside of a value, and empty options: ro,noatime.',
    ),
);

/** The arguments of the module `mount`. */
export const mountArguments = z.strictObject({
  path: z
    .union([z.enum(['none', 'swap']), path()], {
      error: 'must be an absolute path\nBegin it with a slash; for swap write none or swap.',
    })
    .describe('The directory of the mount. For swap, which has no directory: `none` or `swap`.'),
  src: alsoDigits(z.string().regex(/^[^\n]+$/, 'must be one line'))
    .optional()
    .describe('The source: a device, UUID=…, LABEL=…, server:/path, tmpfs.'),
  fstype: word.optional().describe('Type of the file system.'),
  opts: options.default('defaults').describe('Options, joined by commas.'),
  boot: boolean().default(true).describe('Whether the file system is mounted at boot. false adds the option noauto.'),
  dump: wholeNumber({ max: 9 })
    .default(0)
    .describe('The fifth field of fstab: whether the program dump saves the file system.'),
  passno: wholeNumber({ max: 9 })
    .default(0)
    .describe('The sixth field of fstab: the order in which file systems are checked at boot; 0: no check.'),
  fstab: path().default('/etc/fstab').describe('The table of file systems that are mounted at boot.'),
  state: z
    .enum(['mounted', 'present', 'unmounted', 'absent', 'absent_from_fstab', 'remounted', 'ephemeral'])
    .default('mounted')
    .describe(
      '`mounted`: mounted now and at boot. `present`: mounted at boot; nothing changes now. `unmounted`: unmounted now; fstab stays. `absent`: not mounted, not in fstab, and the directory is removed. `absent_from_fstab`: not in fstab; nothing changes now. `remounted`: always mounted again. `ephemeral`: mounted now; fstab stays.',
    ),
  unsafe_path: unsafePath(),
});

export type MountArguments = z.infer<typeof mountArguments>;
