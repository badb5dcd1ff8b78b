import type { Json } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';

const PATHS = [
  'text',
  'json',
  'list',
  'broken-json',
  'latin',
  'empty',
  'lines',
  'none',
  'moved',
  'error',
  'created',
  'no-content',
  'packed',
] as const;

export function uriCase(chance: Chance): Draft {
  const asks = chance.of(0.6);
  const args: Record<string, Json> = {
    url: `http://127.0.0.1:@P@/${asks ? chance.one(PATHS) : 'echo'}`,
    return_content: true,
  };
  if (!asks) {
    args['method'] = chance.one(['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] as const);
    if (chance.of(0.5))
      Object.assign(args, { body: chance.one<Json>([{ a: 1, b: 'ä' }, { a: [1, 2] }]), body_format: 'json' });
    else if (chance.of(0.6)) args['body'] = chance.one(['text', 'ä=1', '{"a": 1}'] as const);
  } else if (chance.of(0.15)) args['method'] = 'HEAD';
  Object.assign(
    args,
    chance.options<Json>(
      { status_code: [[200, 404], 404, [201, 204, 200], 200], headers: [{ 'X-Own': 'v 1' }], return_content: [false] },
      0.25,
    ),
  );
  return { tasks: [{ uri: args }] };
}

export function downloadCase(chance: Chance): Draft {
  const name = chance.one(['text', 'file.tgz', 'moved', 'none', 'empty', 'packed', 'lines'] as const);
  const args: Record<string, Json> = {
    url: `http://127.0.0.1:@P@/${name}`,
    dest: chance.one(['@W@/t', '@W@/t', '@W@/d', '@W@/d/', '@W@/none/t'] as const),
    ...chance.options<Json>(
      { force: [true, false], mode: ['0600', '0755'], owner: ['daemon'], checksum: CHECKSUMS },
      0.25,
    ),
  };
  return {
    given: ['mkdir d', ...chance.some(['printf old > t', 'printf old > d/text'], 0.4)],
    tasks: [{ get_url: args }],
    ...(name === 'none'
      ? { mayFail: ['curl: (22) '] }
      : 'checksum' in args
        ? { mayFail: ['what came has the digest '] }
        : {}),
  };
}

const CHECKSUMS = [
  `sha256:${'0'.repeat(64)}`,
  // The digest of the text.
  'sha256:043ec201da178b42bbd9565ec4357aa9b71f6c3d0b8f9857550520128f682d38',
] as const;
