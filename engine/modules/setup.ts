import { z } from 'zod';
import { decodeFacts, type Facts } from '../connection/shell/facts.ts';
import { GREETING } from '../connection/shell/greeting.ts';
import type { Request } from '../resources/base/resource.ts';
import { probe, type ProbeDetail, type ProbeState } from '../resources/probe.ts';
import { Unknown } from '../values/base/value.ts';
import { idle } from '../values/habits/foreign-argument.ts';
import { path } from './base/arguments.ts';
import { type Context, type Effect, defineModule } from './base/module.ts';
import { localFacts, localFactsScript } from './system/local-facts.ts';

const schema = z.strictObject({
  fact_path: path()
    .default('/etc/ansible/facts.d')
    .describe(
      'The folder whose files *.fact become the variable ansible_local: JSON, INI, or programs that print one.',
    ),
});

const ALL_AT_ONCE = idle('all facts come at once.');

/** Reads the facts again. They come with the connection, so a play needs this only after it has changed them. */
export const module = defineModule<z.infer<typeof schema>>({
  name: 'setup',
  summary:
    'Read the facts of the host again, after changes to them, and read its local facts (ansible_local). Each connection already reads the other facts once.',
  arguments: schema,
  foreign: {
    gather_subset: ALL_AT_ONCE,
    gather_timeout: ALL_AT_ONCE,
    filter: ALL_AT_ONCE,
    parallel: ALL_AT_ONCE,
  },
  examples: ['setup: {}', 'setup: { fact_path: /etc/app/facts.d }'],
  observes: ({ fact_path: folder }) => [factsRequest(), localRequest(folder)],
  plan({ fact_path: folder }, _loaded, seen, context) {
    const request = localRequest(folder);
    const { stdout: local } = seen.of(request);
    // A change before it may write such a file, or what its program reads.
    const isKnown = local !== undefined && seen.certainty(request) !== 'after_change';
    const value = isKnown ? localFacts(local, folder) : new Unknown('an earlier change');
    const own: readonly Effect[] = [{ kind: 'set_fact', facts: { ansible_local: value } }];
    const { stdout } = seen.of(factsRequest());
    // After a change in a plan, the facts of the connection are the best that is known.
    if (stdout === undefined || seen.certainty(factsRequest()) === 'after_change')
      return { kind: 'in_sync', result: {}, effects: own };
    return { kind: 'in_sync', result: {}, effects: [{ kind: 'facts', facts: factsNow(stdout, context) }, ...own] };
  },
});

function factsRequest(): Request<ProbeDetail, ProbeState> {
  return probe(GREETING);
}

function localRequest(folder: string): Request<ProbeDetail, ProbeState> {
  return probe(localFactsScript(folder));
}

/** The facts about the login user stay, because the task may run as another user. */
function factsNow(output: Buffer, { facts: { user, home, uid } }: Context): Facts {
  return { ...decodeFacts(output.toString('utf8')), user, home, uid };
}
