import { z } from 'zod';
import { alsoDigits, filledText } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { imageName, programArgument } from './containers/container-arguments.ts';
import { foreignContainerArguments } from './containers/container-obstacle.ts';
import { imagePresent, imageRequest, pullLine, taggedName } from './containers/image-plan.ts';

const schema = z.strictObject({
  name: imageName().describe('The name of the image, also with a tag or a digest.'),
  tag: alsoDigits(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'must be a tag'))
    .default('latest')
    .describe('The tag, if name has none.'),
  pull: z
    .enum(['always', 'not_present'])
    .default('always')
    .describe('`always` asks the registry in each run, so that a plan cannot tell whether something changes.'),
  platform: filledText().optional().describe('The platform, such as linux/arm64.'),
  ...programArgument,
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'docker_image_pull',
  summary: 'Pull an image of docker or podman from a registry.',
  arguments: schema,
  foreign: foreignContainerArguments,
  examples: ['docker_image_pull: { name: "nginx:1.27", pull: not_present }'],
  observes: (args, _loaded, context) => [imageRequest(taggedName(args.name, args.tag), args, context)],
  plan(args, _loaded, seen, context) {
    const name = taggedName(args.name, args.tag);
    const source = { shown: `pull ${name}`, lines: [pullLine(name, args.platform)], isForced: args.pull === 'always' };
    return imagePresent(name, args, source, { seen, context });
  },
});
