import { z } from 'zod';
import { alsoDigits } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { imageName, programArgument } from './containers/container-arguments.ts';
import { foreignContainerArguments } from './containers/container-obstacle.ts';
import { buildArguments, buildLine, buildWords } from './containers/image-build.ts';
import { imagePresent, imageRequest, taggedName } from './containers/image-plan.ts';

const schema = z.strictObject({
  name: imageName().describe('The name of the image, also with a tag.'),
  tag: alsoDigits(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'must be a tag'))
    .default('latest')
    .describe('The tag, if name has none.'),
  rebuild: z
    .enum(['never', 'always'])
    .default('never')
    .describe('`always` builds in each run, so that a plan cannot tell whether something changes.'),
  ...buildArguments,
  ...programArgument,
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'docker_image_build',
  summary: 'Build an image of docker or podman from a directory on the host.',
  arguments: schema,
  foreign: {
    ...foreignContainerArguments,
    docker_cli: 'Write program: docker, or program: podman.',
    cli_context: 'Set environment: { DOCKER_CONTEXT: … } at the task.',
    secrets: 'Write command: docker build --secret …, with creates: or a condition.',
    outputs: 'Write command: docker build --output …, with creates: or a condition.',
  },
  examples: ['docker_image_build: { name: "app:2", path: /srv/app }'],
  observes: (args, _loaded, context) => [imageRequest(taggedName(args.name, args.tag), args, context)],
  plan(args, _loaded, seen, context) {
    const name = taggedName(args.name, args.tag);
    const source = {
      shown: buildWords(name, args).join(' '),
      lines: [buildLine(name, args)],
      isForced: args.rebuild === 'always',
    };
    return imagePresent(name, args, source, { seen, context });
  },
});
