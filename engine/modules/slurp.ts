import { z } from 'zod';
import { wholeFile } from '../resources/file.ts';
import { Unknown } from '../values/base/value.ts';
import { path } from './base/arguments.ts';
import { type Impossible, defineModule } from './base/module.ts';
import { parseJson } from './command/command-result.ts';
import { cannotLook } from './path/file-needs.ts';

const schema = z.strictObject({ src: path().describe('The file on the host, of at most 8 MiB.') });

export const module = defineModule<z.infer<typeof schema>>({
  name: 'slurp',
  summary: 'Read a file of the host. The result has its content in base64, and as `json` if it is a JSON list or map.',
  arguments: schema,
  freeForm: 'src',
  aliases: { path: 'src' },
  examples: ['slurp: { src: /etc/machine-id }'],
  observes: (args) => [wholeFile(args.src)],
  plan(args, _loaded, seen, context) {
    const request = wholeFile(args.src);
    const state = seen.of(request);
    const there = state.type === 'link' ? (state.to?.state ?? state) : state;
    if (there.type === 'file' && there.content !== undefined) {
      const json = parseJson(there.content.toString('utf8'));
      const result = { content: there.content.toString('base64'), encoding: 'base64', source: args.src };
      return { kind: 'in_sync', result: json === undefined ? result : { ...result, json } };
    }
    if (there.type === 'hidden' || (there.type === 'file' && there.unreadable === true))
      return cannotLook(args.src, context.user);
    if (seen.certainty(request) === 'after_change' || (there.type === 'file' && there.size === undefined)) {
      const because = `what an earlier change writes into ${args.src}`;
      const value = new Unknown(because);
      return {
        kind: 'cannot_know',
        because,
        planned: { content: value, json: value, encoding: 'base64', source: args.src },
      };
    }
    if (there.type === 'file')
      return {
        kind: 'impossible',
        what: `${args.src} is too large to be read`,
        why: `It has ${there.size} bytes; at most 8 MiB can be read.`,
        remedy: 'Read a part of it by query: head -c 100000 FILE, and register the result.',
      };
    return noFile(args.src, there.type === 'absent');
  },
});

function noFile(path: string, isAbsent: boolean): Impossible {
  return isAbsent
    ? {
        kind: 'impossible',
        what: `${path} does not exist`,
        remedy: 'Correct the path, or make the file with a task before this one.',
      }
    : { kind: 'impossible', what: `${path} is not a file`, remedy: 'Name a file.' };
}
