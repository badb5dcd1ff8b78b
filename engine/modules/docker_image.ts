import { z } from 'zod';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { alsoDigits, boolean, filledText, path } from './base/arguments.ts';
import { type Observed, type Outcome, defineModule } from './base/module.ts';
import { imageName, programArgument } from './containers/container-arguments.ts';
import { commandOf, foreignContainerArguments } from './containers/container-obstacle.ts';
import { buildArguments, buildLine, buildWords } from './containers/image-build.ts';
import {
  type ImageSource,
  askedImage,
  imageAbsent,
  imagePresent,
  imageRequest,
  pullLine,
  taggedName,
} from './containers/image-plan.ts';

const schema = z
  .strictObject({
    name: imageName().describe('The name of the image, also with a tag or a digest.'),
    tag: alsoDigits(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'must be a tag'))
      .default('latest')
      .describe('The tag, if name has none.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the host has the image.'),
    source: z
      .enum(['pull', 'build', 'load', 'local'])
      .optional()
      .describe(
        'The source of the image: pull (a registry), build (a directory), load (an archive: load_path), or local (the host must have the image). Default: what the other arguments name, otherwise pull.',
      ),
    build: z
      .strictObject(buildArguments)
      .optional()
      .describe('How the image is built: path, dockerfile, args, labels, target, …'),
    load_path: path().optional().describe('An archive on the host with the image, for source: load.'),
    pull: z
      .strictObject({ platform: filledText().optional().describe('The platform, such as linux/arm64.') })
      .optional()
      .describe('The platform for source: pull.'),
    repository: imageName().optional().describe('A further name that the image gets.'),
    force_source: boolean().default(false).describe('Whether the image is pulled, built or loaded in each run.'),
    force_absent: boolean()
      .default(false)
      .describe('Whether state: absent also removes an image that has further names, or that containers use.'),
    ...programArgument,
  })
  .refine(({ source, build }) => source !== 'build' || build !== undefined, {
    path: ['build'],
    message: 'must be given for source: build\nWrite build: { path: … }.',
  })
  .refine(({ source, load_path: from }) => source !== 'load' || from !== undefined, {
    path: ['load_path'],
    message: 'must be given for source: load\nName the archive on the host.',
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'docker_image',
  summary: 'Pull, build, load and remove images of docker or podman.',
  arguments: schema,
  foreign: {
    ...foreignContainerArguments,
    push: idleAs([false], 'Write command: docker push NAME, with a condition.'),
    archive_path: 'Write command: docker save --output FILE NAME, with creates: FILE.',
    force_tag: idleAs([false], 'Leave it out: repository gets the image of name.'),
    force: 'Write force_source: true, or force_absent: true.',
  },
  examples: [
    'docker_image: { name: "nginx:1.27", source: pull }',
    'docker_image: { name: "app:2", source: build, build: { path: /srv/app } }',
    'docker_image: { name: "old:1", state: absent }',
  ],
  observes: (args, _loaded, context) => [
    imageRequest(taggedName(args.name, args.tag), args, context),
    ...(args.repository === undefined ? [] : [imageRequest(taggedName(args.repository, args.tag), args, context)]),
  ],
  plan(args, _loaded, seen, context) {
    const name = taggedName(args.name, args.tag);
    const observed = { seen, context };
    if (args.state === 'absent') return imageAbsent(name, { ...args, isForced: args.force_absent }, observed);
    const state = askedImage(name, args, observed);
    if ('exists' in state && !state.exists && args.source === 'local') return notLocal(name, args, observed);
    const source = sourceOf(name, args);
    const outcome = imagePresent(name, args, source, observed);
    if (args.repository === undefined) return outcome;
    const other = taggedName(args.repository, args.tag);
    const tag: ImageSource = {
      shown: `tag ${name} ${other}`,
      lines: [...(outcome.kind === 'change' ? source.lines : []), commandOf(['tag', name, other])],
      isForced: outcome.kind === 'change',
    };
    const tagged = imagePresent(other, args, tag, observed);
    if (outcome.kind !== 'change' || tagged.kind !== 'change') return outcome.kind === 'in_sync' ? tagged : outcome;
    return {
      ...tagged,
      certainty: outcome.certainty,
      differences: [...outcome.differences, ...tagged.differences],
      predictions: [...outcome.predictions, ...tagged.predictions],
    };
  },
});

function notLocal(name: string, args: Arguments, { seen, context }: Observed): Outcome {
  if (seen.certainty(imageRequest(name, args, context)) === 'after_change')
    return { kind: 'cannot_know', because: 'an earlier change may bring the image' };
  return {
    kind: 'impossible',
    what: `the host does not have the image ${name}`,
    why: 'With source: local, the task brings no image.',
    remedy: 'Correct name, or set source: pull.',
  };
}

function sourceOf(name: string, args: Arguments): ImageSource {
  const isForced = args.force_source;
  const source = args.source ?? (args.build !== undefined ? 'build' : args.load_path !== undefined ? 'load' : 'pull');
  switch (source) {
    case 'pull':
      return { shown: `pull ${name}`, lines: [pullLine(name, args.pull?.platform)], isForced };
    case 'build':
      if (args.build === undefined) throw new Error('the schema demands build');
      return { shown: buildWords(name, args.build).join(' '), lines: [buildLine(name, args.build)], isForced };
    case 'load':
      return {
        shown: `load --input ${args.load_path ?? ''}`,
        lines: [`${commandOf(['load', '--input', args.load_path ?? ''])} >&2`],
        isForced,
      };
    case 'local':
      return {
        shown: `inspect ${name}`,
        lines: [`${commandOf(['image', 'inspect', name])} >/dev/null`],
        isForced: false,
      };
  }
}
