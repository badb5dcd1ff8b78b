import { z } from 'zod';
import { type Request, type Seen, predict } from '../resources/base/resource.ts';
import { ANY_VERSION, type PostgresExtension, postgresExtension } from '../resources/postgresql-extension.ts';
import type { SqlAnswer, SqlDetail } from '../resources/sql/sql-answer.ts';
import { postgresName, sqlText } from '../resources/sql/sql-quote.ts';
import { boolean, filledText, plainText } from './base/arguments.ts';
import { type Context, type Difference, type Impossible, type Outcome, defineModule } from './base/module.ts';
import {
  foreignPostgresArguments,
  postgresLogin,
  postgresLoginAliases,
  postgresLoginArguments,
  postgresScript,
} from './sql/postgresql-login.ts';
import { POSTGRES, askedOf } from './sql/sql-obstacle.ts';

const schema = z.strictObject({
  name: filledText().describe('The name of the extension.'),
  login_db: filledText().describe('The database that has the extension.'),
  state: z
    .enum(['present', 'absent'])
    .default('present')
    .describe('Whether the extension is installed in the database.'),
  schema: filledText()
    .optional()
    .describe('The schema for the objects of a new extension. It has no effect on an installed extension.'),
  cascade: boolean()
    .default(false)
    .describe(
      'Whether `present` also installs the extensions that this one needs, and `absent` also removes the objects that need it.',
    ),
  version: filledText()
    .optional()
    .describe(
      'The version, or latest. Without it, a new extension gets the default version of the server, and an installed one keeps its version.',
    ),
  comment: plainText().optional().describe('The comment on the extension. An empty text removes the comment.'),
  ...postgresLoginArguments,
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'postgresql_ext',
  summary: 'Install, update and remove extensions in a database of a PostgreSQL server.',
  arguments: schema,
  aliases: { ext: 'name', db: 'login_db', ...postgresLoginAliases },
  foreign: foreignPostgresArguments,
  examples: ['postgresql_ext: { name: pg_trgm, login_db: app }'],
  observes: (args, _loaded, context) => [requestOf(args, context)],
  plan: (args, _loaded, seen, context) => plan(args, seen, context),
});

function requestOf(args: Arguments, context: Context): Request<SqlDetail, SqlAnswer<PostgresExtension>> {
  return postgresExtension(postgresLogin(args, args.login_db, context), args.name);
}

/** The state of the extension in a database that an earlier task will create. */
const TO_COME: PostgresExtension = {
  version: undefined,
  schema: undefined,
  comment: undefined,
  offered: undefined,
  versions: [],
};

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const request = requestOf(args, context);
  const asked = askedOf(request, seen, POSTGRES);
  if (asked.kind === 'impossible') return asked;
  const state = asked.kind === 'known' ? asked.state : TO_COME;
  const certainty = seen.certainty(request);
  if (args.state === 'present' && asked.kind === 'known' && certainty === 'certain') {
    const fault = notOffered(args, state);
    if (fault !== undefined) return fault;
  }
  const steps = stepsOf(args, state);
  const result = { db: args.login_db, ext: args.name, prev_version: state.version ?? '' };
  if (steps.statements.length === 0) return { kind: 'in_sync', result: { ...result, version: state.version ?? '' } };
  const login = postgresLogin(args, args.login_db, context);
  return {
    kind: 'change',
    differences: steps.differences,
    certainty,
    predictions: [predict(request, { kind: 'known', state: steps.after })],
    touches: 'predicted',
    apply: () => ({ script: postgresScript(login, steps.statements) }),
    planned: { ...result, version: steps.after.version ?? '' },
    settled(now) {
      const answer = now.of(request);
      return { version: answer.kind === 'known' ? (answer.state.version ?? '') : '' };
    },
  };
}

/** Returns the version of the extension that the task wants; undefined: any version. */
function versionOf({ version }: Arguments, { offered }: PostgresExtension): string | undefined {
  return version === 'latest' ? offered : version;
}

function notOffered(args: Arguments, state: PostgresExtension): Impossible | undefined {
  const version = versionOf(args, state);
  const isOffered = version === undefined ? state.offered !== undefined : state.versions.includes(version);
  if (isOffered || (state.version !== undefined && (version === undefined || version === state.version)))
    return undefined;
  return {
    kind: 'impossible',
    what: `the server does not have the extension ${args.name}${args.version === undefined ? '' : ` in version ${args.version}`}`,
    ...(state.versions.length === 0 ? {} : { why: `It has ${state.versions.toSorted().join(', ')}.` }),
    remedy:
      state.versions.length === 0
        ? 'Install the package that brings it with a task before this one: postgresql-contrib, or one with its name.'
        : 'Correct version.',
  };
}

interface Steps {
  readonly differences: readonly Difference[];
  readonly statements: readonly string[];
  readonly after: PostgresExtension;
}

function stepsOf(args: Arguments, state: PostgresExtension): Steps {
  if (args.state === 'absent') return removal(args, state);
  const parts = [
    ...(state.version === undefined ? creation(args, state) : update(args, state)),
    ...commenting(args, state),
  ];
  return {
    differences: parts.flatMap(({ differences }) => differences),
    statements: parts.map(({ statement }) => statement),
    after: parts.reduce((last, { after }) => ({ ...last, ...after }), state),
  };
}

interface Part {
  readonly differences: readonly Difference[];
  readonly statement: string;
  readonly after: Partial<PostgresExtension>;
}

function removal(args: Arguments, state: PostgresExtension): Steps {
  return {
    differences: [field(args, 'version', state.version ?? null, null)],
    statements:
      state.version === undefined
        ? []
        : [`DROP EXTENSION ${postgresName(args.name)}${args.cascade ? ' CASCADE' : ''};`],
    after: { ...state, version: undefined, schema: undefined, comment: undefined },
  };
}

function creation(args: Arguments, state: PostgresExtension): readonly Part[] {
  const version = versionOf(args, state) ?? state.offered;
  const options = [
    ...(args.schema === undefined ? [] : [`SCHEMA ${postgresName(args.schema)}`]),
    ...(isNamed(args) ? [`VERSION ${sqlText(args.version ?? '')}`] : []),
    ...(args.cascade ? ['CASCADE'] : []),
  ];
  return [
    {
      differences: [
        field(args, 'version', null, version ?? 'the one that the server offers'),
        ...(args.schema === undefined ? [] : [field(args, 'schema', null, args.schema)]),
      ],
      statement: `CREATE EXTENSION ${[postgresName(args.name), ...options].join(' ')};`,
      after: { version: version ?? ANY_VERSION },
    },
  ];
}

function update(args: Arguments, state: PostgresExtension): readonly Part[] {
  const version = versionOf(args, state);
  if (version === undefined || version === state.version) return [];
  return [
    {
      differences: [field(args, 'version', state.version ?? null, version)],
      statement: `ALTER EXTENSION ${postgresName(args.name)} UPDATE${isNamed(args) ? ` TO ${sqlText(version)}` : ''};`,
      after: { version },
    },
  ];
}

/** Returns whether the task names a fixed version. `latest` is not fixed: it depends on the server. */
function isNamed({ version }: Arguments): boolean {
  return version !== undefined && version !== 'latest';
}

/** A new extension comes with its own comment. */
function commenting(args: Arguments, state: PostgresExtension): readonly Part[] {
  const { comment } = args;
  if (comment === undefined || (state.version !== undefined && comment === (state.comment ?? ''))) return [];
  return [
    {
      differences: [field(args, 'comment', state.comment ?? null, comment)],
      statement: `COMMENT ON EXTENSION ${postgresName(args.name)} IS ${comment === '' ? 'NULL' : sqlText(comment)};`,
      after: { comment },
    },
  ];
}

function field(args: Arguments, of: string, before: string | null, after: string | null): Difference {
  return { kind: 'field', of: `extension ${args.name} of ${args.login_db}`, field: of, before, after };
}
