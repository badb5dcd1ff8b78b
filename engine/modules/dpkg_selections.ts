import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { settingRequest } from '../resources/setting.ts';
import { alsoDigits } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { type WantedSetting, planSettings } from './system/setting-plan.ts';

const schema = z.strictObject({
  name: alsoDigits(z.string().regex(/^[a-z0-9][a-z0-9+.-]*(:[a-z0-9-]+)?$/, 'must be the name of a package')).describe(
    'The package. It must be known to dpkg: installed, or removed with its configuration left.',
  ),
  selection: z
    .enum(['install', 'hold', 'deinstall', 'purge'])
    .describe('`hold`: no upgrade changes the package. `install`: it may change again.'),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'dpkg_selections',
  summary: 'Hold packages of Debian and its derivatives at their version, and release them.',
  arguments: schema,
  examples: [
    'dpkg_selections: { name: kubelet, selection: hold }',
    'dpkg_selections: { name: kubelet, selection: install }',
  ],
  observes: (args) => [wantedOf(args).request],
  plan(args, _loaded, seen, context) {
    const wanted = wantedOf(args);
    const state = seen.of(wanted.request);
    if (state.kind === 'answer' && state.text === 'unknown') {
      if (seen.certainty(wanted.request) === 'certain')
        return {
          kind: 'impossible',
          what: `dpkg does not know ${args.name}, so it cannot keep a selection for it`,
          remedy: `Install it with a task before this one: package: { name: ${args.name} }`,
        };
    }
    return planSettings(
      [wanted],
      {
        what: 'the packages of the host',
        program: 'dpkg',
        package: 'dpkg',
        result: { name: args.name, selection: args.selection },
      },
      seen,
      context,
    );
  },
});

function wantedOf({ name, selection }: Arguments): WantedSetting {
  return {
    request: settingRequest(
      `selection ${name}`,
      `command -v dpkg-query >/dev/null || exit 127
want=$(dpkg-query -W -f '\${db:Status-Want}\\n' ${quote(name)} 2>/dev/null) || want=unknown
printf '%s\\n' "\${want:-unknown}" | sed 1q`,
    ),
    wanted: selection,
    differences: (before) => [{ kind: 'field', of: `package ${name}`, field: 'selection', before, after: selection }],
    script: `printf '%s %s\\n' ${quote(name)} ${selection} | dpkg --set-selections`,
  };
}
