import { z } from 'zod';
import { file, wholeFile } from '../resources/file.ts';
import { idle } from '../values/habits/foreign-argument.ts';
import { alsoDigits, boolean, path, plainText } from './base/arguments.ts';
import { type Observed, type Outcome, defineModule } from './base/module.ts';
import { cleanNeeds, planClean } from './npm/clean-install.ts';
import { type NpmTask, npmObstacle, npmRequest } from './npm/npm-task.ts';
import { planOne } from './npm/one-package.ts';
import { planProject } from './npm/whole-project.ts';
import { wayNeeds } from './path/way-to-path.ts';

const schema = z
  .strictObject({
    name: alsoDigits(z.string().regex(/^[^-\s][^\s]*$/, 'must be the name of a package'))
      .optional()
      .describe(
        'One package, such as pm2, @scope/app or pm2@5.4.3. A URL, a path or a tarball is accepted too, but a plan cannot know whether it is installed. Default: all that package.json in path names.',
      ),
    path: path().optional().describe('The folder of the project. It is made if it is missing and name is given.'),
    global: boolean().default(false).describe('Whether the package is installed for the whole host.'),
    version: alsoDigits(
      z
        .string({ error: 'must be a text\nWrite it in quotes.' })
        .regex(/^[A-Za-z0-9^~<>=*|][A-Za-z0-9^~<>=*|.+ -]*$/, 'must be a version'),
    )
      .optional()
      .describe('The version, a range such as ^5, or a tag such as next. For a range or a tag, the registry is asked.'),
    state: z
      .enum(['present', 'absent', 'latest'])
      .default('present')
      .describe('`latest` asks the registry for the newest version that package.json accepts.'),
    ci: boolean()
      .default(false)
      .describe('Whether node_modules has exactly the packages of package-lock.json (npm ci).'),
    production: boolean().default(false).describe('Whether devDependencies are left out.'),
    no_optional: boolean().default(false).describe('Whether optionalDependencies are left out.'),
    registry: plainText()
      .refine((url) => /^https?:\/\/\S+$/.test(url), 'must be a URL')
      .optional()
      .describe('The registry. Default: that of the configuration of npm on the host.'),
    ignore_scripts: boolean().default(false).describe('Whether the scripts of packages are not run.'),
    no_bin_links: boolean().default(false).describe('Whether no links to the programs of packages are made.'),
    force: boolean().default(false).describe('Whether npm continues when it would otherwise refuse (npm --force).'),
    executable: alsoDigits(z.string().regex(/^[A-Za-z0-9/][A-Za-z0-9._/-]*$/, 'must be a program'))
      .default('npm')
      .describe('The npm program, such as /opt/node/bin/npm. Its node must be in the PATH of the task.'),
  })
  .refine((args) => args.global || args.path !== undefined, {
    path: ['path'],
    message: 'must be given\nName the folder of the project, or set global: true.',
  })
  .refine((args) => !args.global || args.name !== undefined, {
    path: ['name'],
    message: 'must be given\nglobal: true needs the name of a package.',
  })
  .refine((args) => args.state !== 'absent' || args.name !== undefined, {
    path: ['name'],
    message: 'must be given\nstate: absent needs the name of a package.',
  })
  .refine((args) => !args.ci || (args.name === undefined && !args.global && args.state === 'present'), {
    path: ['ci'],
    message: 'installs a whole project\nGive path, and neither name, global nor another state.',
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'npm',
  summary: 'Install, update and remove packages of Node.js, in the folder of a project or for the whole host.',
  arguments: schema,
  foreign: {
    unsafe_perm: idle('since npm 7, scripts run as the owner of the folder.'),
  },
  examples: [
    'npm: { name: pm2, version: "5.4.3", global: true }',
    'npm: { path: /srv/app, production: true }',
    'npm: { path: /srv/app, ci: true, ignore_scripts: true }',
  ],
  observes(args, _loaded, context) {
    const task = taskOf(args);
    return [
      npmRequest(task, context),
      ...(args.path === undefined || args.global ? [] : [file(args.path, 'target'), ...wayNeeds(args.path)]),
      ...(args.ci && args.path !== undefined ? cleanNeeds(args.path) : []),
      ...(args.path === undefined || args.name !== undefined ? [] : [wholeFile(`${args.path}/package.json`)]),
    ];
  },
  plan: (args, _loaded, seen, context) => planTask(taskOf(args), { seen, context }),
});

function planTask(task: NpmTask, observed: Observed): Outcome {
  const obstacle = npmObstacle(task, observed);
  if (obstacle !== undefined) return obstacle;
  if (task.isClean) return planClean(task, observed);
  return task.name === undefined ? planProject(task, observed) : planOne(task, task.name, observed);
}

/** Returns what the task wants. A version after the name of a package is separated from the name. */
function taskOf(args: Arguments): NpmTask {
  const at = args.name?.indexOf('@', 1) ?? -1;
  const isVersion =
    at > 0 && args.version === undefined && /^[A-Za-z0-9^~<>=*|.+-]+$/.test(args.name?.slice(at + 1) ?? '');
  return {
    name: isVersion ? args.name?.slice(0, at) : args.name,
    version: isVersion ? args.name?.slice(at + 1) : args.version,
    path: args.global ? undefined : args.path,
    state: args.state,
    isClean: args.ci,
    program: args.executable,
    withoutDev: args.production,
    withoutOptional: args.no_optional,
    registry: args.registry,
    flags: [
      ...(args.ignore_scripts ? ['--ignore-scripts'] : []),
      ...(args.no_bin_links ? ['--no-bin-links'] : []),
      ...(args.force ? ['--force'] : []),
    ],
  };
}
