import { type Installed, ANSIBLE, pythonEnvironment } from '../python-environment.ts';

const PYINFRA = 'pyinfra==3.10.0';

const installations = new Map<string, Promise<Installed>>();

export function ansible(): Promise<Installed> {
  return once(ANSIBLE);
}

export function pyinfra(): Promise<Installed> {
  return once([PYINFRA]);
}

function once(packages: readonly string[]): Promise<Installed> {
  const name = packages.join('+');
  let installation = installations.get(name);
  if (installation === undefined) installations.set(name, (installation = pythonEnvironment(packages)));
  return installation;
}
