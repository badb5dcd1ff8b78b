import { Problem } from '../engine/errors/problem.ts';
import { run } from './command.ts';

/** The source of Debian packages: this machine's own source, so that its mirror and proxy are used. */
export interface Distribution {
  readonly url: string;
  readonly suite: string;
}

/** @throws Problem `lab-no-package-source` */
export async function distribution(): Promise<Distribution> {
  const codename = (await run(['sh', '-c', '. /etc/os-release && printf %s "$VERSION_CODENAME"'])).trim();
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const sources = (await run(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']))
    .trim()
    .split('\n');
  for (const source of sources) {
    const [url, suite, component] = source.split(' ');
    if (url !== undefined && suite === codename && component === 'main') return { url, suite };
  }
  throw new Problem({
    code: 'lab-no-package-source',
    what: `this machine's apt has no source for ${codename} main, from which the hosts' system is made`,
    why: sources.join('\n'),
    remedy: "Add the distribution's own source to /etc/apt/sources.list.",
  });
}
