import { z } from 'zod';
import { decodeFacts, type Facts } from '../connection/shell/facts.ts';
import { GREETING } from '../connection/shell/greeting.ts';
import type { Request } from '../resources/base/resource.ts';
import { probe, type ProbeDetail, type ProbeState } from '../resources/probe.ts';
import { idle } from '../values/habits/foreign-argument.ts';
import { type Context, defineModule } from './base/module.ts';

const schema = z.strictObject({});

const ALL_AT_ONCE = idle('all facts come at once.');

/** Reads the facts again. They come with the connection, so a play needs this only after it has changed them. */
export const module = defineModule<z.infer<typeof schema>>({
  name: 'setup',
  summary: 'Read the facts of the host again, after changes to them. Each connection already reads them once.',
  arguments: schema,
  foreign: {
    gather_subset: ALL_AT_ONCE,
    gather_timeout: ALL_AT_ONCE,
    filter: ALL_AT_ONCE,
    parallel: ALL_AT_ONCE,
    fact_path: 'Read the files with query: and register.',
  },
  examples: ['setup: {}'],
  observes: () => [factsRequest()],
  plan(_args, _loaded, seen, context) {
    const { stdout } = seen.of(factsRequest());
    // After a change in a plan, the facts of the connection are the best that is known.
    if (stdout === undefined || seen.certainty(factsRequest()) === 'after_change')
      return { kind: 'in_sync', result: {} };
    return { kind: 'in_sync', result: {}, effects: [{ kind: 'facts', facts: factsNow(stdout, context) }] };
  },
});

function factsRequest(): Request<ProbeDetail, ProbeState> {
  return probe(GREETING);
}

/** The facts about the login user stay, because the task may run as another user. */
function factsNow(output: Buffer, { facts: { user, home, uid } }: Context): Facts {
  return { ...decodeFacts(output.toString('utf8')), user, home, uid };
}
