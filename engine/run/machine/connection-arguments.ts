import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { WithoutEffect } from '../../connection/base/target.ts';
import { parseSshArguments, type SaidPatience, type SshArguments } from '../../connection/ssh-config/ssh-arguments.ts';
import type { SshCall } from '../../connection/ssh-config/ssh-config-outline.ts';
import { Problem } from '../../errors/problem.ts';
import { type Scope, Unknown } from '../../values/base/value.ts';
import {
  ALL_CONNECTION_VARIABLES,
  CONNECTION_VARIABLES,
  type ConnectionVariable,
} from '../base/connection-variables.ts';
import { connectionOf } from './connection-kind.ts';
import { type ConnectionValues, connectionValues, saidOf } from './connection-values.ts';
import { misspeltVariables } from './misspelt-variables.ts';

/** Arguments for ssh from the variables of a host, and settings without effect. */
export interface HostArguments {
  /** Undefined if no setting must be passed to ssh. */
  readonly call: SshCall | undefined;
  readonly patience: SaidPatience;
  readonly withoutEffect: readonly WithoutEffect[];
}

/** Parses the arguments for ssh of a host. Throws Problem `unsupported-setting` if a variable cannot be applied. */
export function argumentsFor(host: string, scope: Scope): HostArguments {
  refuseWhatCannotBe(host, scope);
  const first = parse(CONNECTION_VARIABLES.firstArguments, host, scope);
  const common = parse(CONNECTION_VARIABLES.commonArguments, host, scope);
  const extra = parse(CONNECTION_VARIABLES.extraArguments, host, scope);
  const provider = connectionValues(host, scope).text(CONNECTION_VARIABLES.pkcs11);
  const call: SshCall = {
    configFile: first.configFile ?? common.configFile ?? extra.configFile,
    first: first.settings,
    last: [...(provider === undefined ? [] : [`PKCS11Provider=${provider}`]), ...common.settings, ...extra.settings],
  };
  const isSilent = call.configFile === undefined && call.first.length + call.last.length === 0;
  return {
    call: isSilent ? undefined : call,
    patience: { ...extra.patience, ...common.patience, ...first.patience },
    withoutEffect: [
      ...variablesWithoutEffect(scope),
      ...misspeltVariables(scope),
      ...first.withoutEffect,
      ...common.withoutEffect,
      ...extra.withoutEffect,
    ],
  };
}

/** Returns the problem with the connection variables of a host; undefined if there is none. */
export function connectionFault(host: string, scope: Scope): Problem | undefined {
  try {
    const known = withoutUnknown(scope);
    if (connectionOf(host, known) === 'local') return undefined;
    argumentsFor(host, known);
    readAll(connectionValues(host, known));
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** Hides unknown values. They are checked after the change that brings them. */
function withoutUnknown(scope: Scope): Scope {
  return {
    lookup: (name) => {
      const value = scope.lookup(name);
      return value instanceof Unknown ? undefined : value;
    },
    names: () => scope.names(),
  };
}

/** Throws WrongConnectionValue for the first value that cannot be used. */
function readAll(values: ConnectionValues): void {
  const variables = CONNECTION_VARIABLES;
  values.port(variables.port);
  values.boolean(variables.hostKeyChecking);
  values.count(variables.retries);
  for (const one of [variables.timeout, variables.keepAlive]) values.milliseconds(one);
  for (const one of [variables.password, variables.passphrase]) values.password(one);
  const { host, user, keyFile, knownHosts, jumps, proxyCommand } = variables;
  for (const one of [host, user, keyFile, knownHosts, jumps, proxyCommand]) values.text(one);
}

function parse(variable: ConnectionVariable, host: string, scope: Scope): SshArguments {
  const text = connectionValues(host, scope).text(variable) ?? '';
  const parsed = parseSshArguments(text);
  const [name] = variable.names;
  if (parsed.kind === 'fault')
    throw new Problem({
      code: 'unsupported-setting',
      what: `${host}: ${name} is not supported as it is`,
      why: parsed.why,
      remedy: parsed.remedy,
    });
  const withoutEffect = parsed.withoutEffect.map(({ what, why }) => ({ what: `${what} of ${name}`, why }));
  return { ...parsed, withoutEffect };
}

function variablesWithoutEffect(scope: Scope): readonly WithoutEffect[] {
  return ALL_CONNECTION_VARIABLES.filter(({ use }) => use === 'without effect').flatMap(({ names, says }) =>
    names.flatMap((name) =>
      saidOf({ names: [name], use: 'without effect', says }, scope) === undefined ? [] : [{ what: name, why: says }],
    ),
  );
}

function refuseWhatCannotBe(host: string, scope: Scope): void {
  for (const variable of ALL_CONNECTION_VARIABLES) {
    const said = variable.use === 'refused' ? saidOf(variable, scope) : undefined;
    if (said !== undefined)
      throw new Problem({
        code: 'unsupported-setting',
        what: `${host}: ${said.name} is not supported`,
        remedy: variable.says,
      });
  }
  const executable = connectionValues(host, scope).text(CONNECTION_VARIABLES.executable);
  if (executable !== undefined && !isTheUsualSsh(executable))
    throw new Problem({
      code: 'unsupported-setting',
      what: `${host}: ansible_ssh_executable is not supported as it is`,
      why: `It is ${executable}, and runbook calls the ssh of the PATH.`,
      remedy:
        'Make a link with the name ssh to that program in a folder of its own, put the folder first into PATH, leave the variable out, and set ansible_connection: openssh.',
    });
}

/** Returns whether the executable is `ssh`, or the program that this name leads to. */
function isTheUsualSsh(executable: string): boolean {
  if (executable === 'ssh') return true;
  const usual = (process.env['PATH'] ?? '').split(delimiter).map((folder) => realPath(join(folder, 'ssh')));
  const found = usual.find((path) => path !== undefined);
  return found !== undefined && realPath(executable) === found;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
