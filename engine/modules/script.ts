import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { splitWords } from '../connection/base/split-words.ts';
import type { UploadSource } from '../connection/shell/upload.ts';
import { belowChdir, plainText } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { plainFile } from './base/plain-file.ts';
import { planRun, runArguments, runRequests } from './command/command-run.ts';
import { namedInCommand } from './command/named-in-command.ts';
import { temporaryRoom } from './path/foreign-folder.ts';

const schema = belowChdir(
  z.strictObject({
    cmd: plainText().describe('The script in files/ of the role or beside the playbook, and its arguments.'),
    executable: plainText()
      .optional()
      .describe(
        'The program that runs the script, with options (bash -x). Default: the program in the first line (#!), or sh.',
      ),
    ...runArguments,
  }),
  ['creates', 'removes'],
);

interface Loaded {
  readonly source: UploadSource & { readonly sha256: string };
  /** The words of the `#!` line. */
  readonly interpreter: readonly string[];
}

export const module = defineModule<z.infer<typeof schema>, Loaded | undefined>({
  name: 'script',
  summary: 'Copy a script to the host and run it.',
  arguments: schema,
  freeForm: 'cmd',
  foreign: {
    free_form: 'Write the text directly after the name of the module, or in cmd.',
  },
  examples: ['script: { cmd: "check-disk.sh --min 10", creates: /var/lib/disk-checked }'],
  async load(args, controller) {
    const [name] = splitWords(args.cmd) ?? [];
    if (name === undefined) return undefined;
    const source = await plainFile(name, controller);
    const first = source.size < 1024 * 1024 ? ((await source.bytes()).toString('latin1').split('\n', 1)[0] ?? '') : '';
    return { source, interpreter: first.startsWith('#!') ? first.slice(2).trim().split(/\s+/) : ['/bin/sh'] };
  },
  observes: (args) => runRequests(args),
  names: ({ cmd, chdir }) => namedInCommand([cmd], chdir),
  plan(args, loaded, seen, context) {
    const words = splitWords(args.cmd);
    if (words === undefined || loaded === undefined)
      return {
        kind: 'impossible',
        what: 'the command line is empty, or has a quote that is left open',
        remedy: 'Write the file of the script and its arguments, each quote closed.',
      };
    const { path, room, remove } = temporaryRoom();
    const interpreter =
      args.executable === undefined ? loaded.interpreter : (splitWords(args.executable) ?? [args.executable]);
    // The script is run by its interpreter, so that it also runs if /tmp forbids to run programs.
    const isSame = `[ "$(sha256sum <${quote(path)})" = ${quote(`${loaded.source.sha256}  -`)} ]`;
    const script = `(trap ${quote(remove)} EXIT; ${isSame} || { printf '%s is not the script that was brought\\n' ${quote(path)} >&2; exit 1; }; ${[...interpreter, path, ...words.slice(1)].map(quote).join(' ')})`;
    const outcome = planRun(args, { shown: args.cmd, cmd: args.cmd, script }, seen, context);
    if (outcome.kind !== 'change') return outcome;
    return {
      ...outcome,
      apply: async () => ({
        ...(await outcome.apply()),
        uploads: [{ source: loaded.source, path, mode: '0600', room }],
      }),
    };
  },
});
