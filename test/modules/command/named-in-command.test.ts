import { expect, test } from 'vitest';
import { namedInCommand } from '../../../engine/modules/command/named-in-command.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { Unknown } from '../../../engine/values/base/value.ts';

const ROWS: readonly (readonly [text: string, chdir: string | undefined, named: readonly string[]])[] = [
  ['rm -rf /opt/app', undefined, ['rm', '/opt/app']],
  ['rm a', '/opt/app', ['rm', '/opt/app/rm', 'a', '/opt/app/a', '/opt/app']],
  ['sed -i s/a/b/ ../etc/x', '/opt/app/', expect.arrayContaining(['/opt/etc/x', '/opt/app']) as never],
  ['tar xf a.tgz -C /usr/local/', undefined, ['tar', 'xf', 'a.tgz', '/usr/local']],
  ['echo a >/etc/motd', undefined, ['echo', 'a', '/etc/motd']],
  ['dd of=/srv/image', undefined, ['dd', 'of', '/srv/image']],
  ['sh -c \'touch "/srv/a";chmod 600 /srv/b\'', undefined, ['sh', 'touch', '/srv/a', 'chmod', '600', '/srv/b']],
  ['rm /var/cache/*.deb /x/a[0-9]', undefined, ['rm', '/var/cache', '/x']],
  ['rm /srv/$NAME', undefined, ['rm', '/srv']],
  ['find / -name core', undefined, ['find', 'core']],
  ['systemctl stop nginx', undefined, ['systemctl', 'stop', 'nginx']],
  ['cp /a//b/./c /d/../e', undefined, ['cp', '/a/b/c', '/e']],
  ['', undefined, []],
];

test.each(ROWS)('%j in %s names its paths and words', (text, chdir, named) => {
  expect(namedInCommand([text], chdir)).toEqual(named);
});

test('a secret text names too, and an unknown one nothing', () => {
  expect(namedInCommand([Secret.of('rm /a'), new Unknown('later'), undefined])).toEqual(['rm', '/a']);
});
