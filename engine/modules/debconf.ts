import { createHash } from 'node:crypto';
import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { settingRequest } from '../resources/setting.ts';
import { Secret } from '../values/base/secret.ts';
import { alsoDigits, boolean, secretText } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { type WantedSetting, planSettings } from './system/setting-plan.ts';

const schema = z.strictObject({
  name: alsoDigits(z.string().regex(/^[a-z0-9][a-z0-9+.-]*$/, 'must be the name of a package')).describe(
    'The package that asks the question. It does not have to be installed yet.',
  ),
  question: alsoDigits(
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9+._/-]*$/, 'must be a question of debconf, such as tzdata/Areas'),
  ).describe('The question.'),
  vtype: z
    .enum(['boolean', 'error', 'multiselect', 'note', 'password', 'select', 'string', 'text', 'title'])
    .describe('The type of the question. The value of a question of type password is never shown.'),
  value: z
    .union([z.boolean().transform(String), z.number().transform(String), z.array(z.string()), secretText()], {
      error: 'must be a text, a boolean, a number, or a list of texts',
    })
    .refine((value) => !(typeof value === 'string' ? value : '').includes('\n'), 'must be one line')
    .describe('The answer. A list is for multiselect.'),
  unseen: boolean().default(false).describe('Whether the question counts as not asked yet.'),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'debconf',
  summary: 'Answer the questions of packages of Debian and its derivatives, before they ask.',
  arguments: schema,
  aliases: { pkg: 'name', selection: 'question', setting: 'question', answer: 'value' },
  examples: [
    'debconf: { name: tzdata, question: tzdata/Areas, vtype: select, value: Europe }',
    'debconf: { name: locales, question: locales/locales_to_be_generated, vtype: multiselect, value: [de_DE.UTF-8 UTF-8, en_US.UTF-8 UTF-8] }',
  ],
  observes: (args) => [wantedOf(args).request],
  plan: (args, _loaded, seen, context) =>
    planSettings(
      [wantedOf(args)],
      {
        what: 'the answers of debconf',
        program: 'debconf-show',
        package: 'debconf',
        result: { name: args.name, question: args.question },
      },
      seen,
      context,
    ),
});

/** The answer to a password is its digest, as answers are kept. */
function wantedOf(args: Arguments): WantedSetting {
  const { name, question, vtype, unseen } = args;
  const { value, isSecret } = valueOf(args);
  const wanted = isSecret ? `sha256:${createHash('sha256').update(value).digest('hex')}` : value;
  const id = `debconf ${name} ${question}`;
  const shown = isSecret ? Secret.of(value) : value;
  return {
    request: isSecret
      ? settingRequest(`${id} (hidden)`, hiddenAnswer(name, question))
      : settingRequest(id, openAnswer(name, question)),
    wanted,
    accepts: (text) => vtype === 'multiselect' && sorted(text) === sorted(value),
    differences: (before) => [
      {
        kind: 'field',
        of: `debconf ${name}`,
        field: question,
        before: isSecret && before !== NO_ANSWER ? 'another answer' : before,
        after: shown,
      },
    ],
    script: `command -v debconf-set-selections >/dev/null && printf '%s\\n' ${quote(`${name} ${question} ${vtype} ${value}`)} | debconf-set-selections${unseen ? ' --unseen' : ''}`,
  };
}

const NO_ANSWER = 'no such question yet';

function valueOf({ value, vtype }: Arguments): { readonly value: string; readonly isSecret: boolean } {
  if (value instanceof Secret) return { value: value.reveal(), isSecret: true };
  const text = typeof value === 'string' ? value : value.join(', ');
  return { value: vtype === 'boolean' ? text.toLowerCase() : text, isSecret: vtype === 'password' };
}

function sorted(list: string): string {
  return list
    .split(',')
    .map((one) => one.trim())
    .toSorted()
    .join(', ');
}

/** Each line of debconf-show is a mark, the question and its answer: `* tzdata/Areas: Europe`. */
function openAnswer(name: string, question: string): string {
  return `command -v debconf-show >/dev/null || exit 127
q=${quote(question)}
debconf-show ${quote(name)} 2>/dev/null | {
while IFS= read -r line; do
  case $line in ??"$q: "*) printf '%s\\n' "\${line#??"$q: "}"; exit 0 ;; ??"$q:") exit 0 ;; esac
done
echo '${NO_ANSWER}'
}`;
}

function hiddenAnswer(name: string, question: string): string {
  return `command -v debconf-communicate >/dev/null || exit 127
told=$(printf 'GET %s\\n' ${quote(question)} | debconf-communicate ${quote(name)})
case $told in
'0 '*) told=$(printf %s "\${told#0 }" | sha256sum); echo "sha256:\${told%% *}" ;;
0) told=$(printf %s '' | sha256sum); echo "sha256:\${told%% *}" ;;
'10 '*) echo '${NO_ANSWER}' ;;
*) printf '%s\\n' "$told" >&2; exit 1 ;;
esac`;
}
