import { textOf } from './arguments.ts';
import { type SharedFunction, required } from './shared-function.ts';

function ofPath(
  shared: Pick<SharedFunction, 'name' | 'summary' | 'template' | 'expression' | 'gives'>,
  run: (path: string) => string,
): SharedFunction {
  return {
    ...shared,
    form: 'method',
    parameters: [required('path', 'string')],
    returns: 'string',
    secrets: 'derived',
    run: ([path]) => run(textOf(path, 'path')),
  };
}

/** Returns the text after the last slash, like `os.path.basename` of Python. */
function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Returns the text before the last slash, like `os.path.dirname` of Python. */
function directoryName(path: string): string {
  const head = path.slice(0, path.lastIndexOf('/') + 1);
  // A regular expression would need quadratic time for many slashes within the path.
  let end = head.length;
  while (head[end - 1] === '/') end -= 1;
  return end === 0 ? head : head.slice(0, end);
}

/** Returns the path and its ending, like `os.path.splitext` of Python: dots at the beginning of a name end nothing. */
function parted(path: string): readonly [root: string, ending: string] {
  const name = baseName(path);
  const dot = name.lastIndexOf('.');
  const isPart = dot > 0 && !/^\.*$/.test(name.slice(0, dot));
  return isPart ? [path.slice(0, dot - name.length), name.slice(dot)] : [path, ''];
}

export const pathFunctions: readonly SharedFunction[] = [
  ofPath(
    {
      name: 'basename',
      summary: 'The last part of a path: the text after the last slash.',
      template: '{{basename "/etc/etcd/ca.crt"}}',
      expression: '"/etc/etcd/ca.crt".basename()',
      gives: 'ca.crt',
    },
    baseName,
  ),
  ofPath(
    {
      name: 'dirname',
      summary: 'The directory part of a path: the text before the last slash. It is "" if the path has no slash.',
      template: '{{dirname "/etc/etcd/ca.crt"}}',
      expression: '"/etc/etcd/ca.crt".dirname()',
      gives: '/etc/etcd',
    },
    directoryName,
  ),
  {
    name: 'splitext',
    form: 'method',
    summary: 'The path without its ending, and the ending with its dot. The ending is "" if the name has none.',
    parameters: [required('path', 'string')],
    returns: 'list',
    template: '{{splitext "/srv/app.tar.gz"}}',
    expression: '"/srv/app.tar.gz".splitext()',
    gives: ['/srv/app.tar', '.gz'],
    secrets: 'derived',
    run: ([path]) => parted(textOf(path, 'path')),
  },
];
