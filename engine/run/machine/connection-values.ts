import { type ProblemDetails, Problem } from '../../errors/problem.ts';
import { revealed } from '../../values/base/revealed.ts';
import { Secret } from '../../values/base/secret.ts';
import type { Scope, Value } from '../../values/base/value.ts';
import type { ConnectionVariable } from '../base/connection-variables.ts';
import { inventoryBoolean } from '../base/inventory-boolean.ts';

/** Values of the connection variables of one host; each is undefined if none of its names is set. */
export interface ConnectionValues {
  text(variable: ConnectionVariable): string | undefined;
  /** A number is accepted as a password too. */
  password(variable: ConnectionVariable): string | undefined;
  port(variable: ConnectionVariable): number | undefined;
  /** A whole number, 0 or more. */
  count(variable: ConnectionVariable): number | undefined;
  /** Converts a number of seconds, above 0, to milliseconds. */
  milliseconds(variable: ConnectionVariable): number | undefined;
  /** Interpreted like in Ansible: an INI file has texts for booleans. */
  boolean(variable: ConnectionVariable): boolean | undefined;
}

/** A connection variable of a host has a value that cannot be used. */
export class WrongConnectionValue extends Problem {
  readonly variable: string;

  constructor(variable: string, details: ProblemDetails) {
    super(details);
    this.variable = variable;
  }
}

/**
 * Reads the connection variables of a host. Each method throws WrongConnectionValue `wrong-type`, which shows no
 * secret.
 */
export function connectionValues(host: string, scope: Scope): ConnectionValues {
  const wrong = ({ name, value }: Said, wanted: string): Problem =>
    new WrongConnectionValue(name, {
      code: 'wrong-type',
      what: `${host}: ${name} must be ${wanted}`,
      why: value instanceof Secret ? 'It is a secret of another form.' : `It is ${JSON.stringify(value)}.`,
      remedy: `Set ${name} to ${wanted}.`,
    });
  const numberOf = (said: Said): number => {
    const value = revealed(said.value);
    return typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number(value ?? NaN);
  };
  const read = <Result>(variable: ConnectionVariable, of: (said: Said) => Result): Result | undefined => {
    const said = saidOf(variable, scope);
    return said === undefined ? undefined : of(said);
  };
  return {
    text: (variable) =>
      read(variable, (said) => {
        if (typeof said.value === 'string') return said.value;
        if (said.value instanceof Secret) return said.value.reveal();
        // YAML reads an account `1000` and an argument `-4` as numbers.
        if (typeof said.value === 'number') return `${said.value}`;
        throw wrong(said, 'text');
      }),
    password: (variable) =>
      read(variable, ({ name, value }) => {
        if (value instanceof Secret) return value.reveal();
        if (typeof value === 'string' || typeof value === 'number') return `${value}`;
        throw new WrongConnectionValue(name, {
          code: 'wrong-type',
          what: `${host}: a password must be text`,
          remedy: `Set ${name} to a text, encrypted by \`runbook vault\`.`,
        });
      }),
    port: (variable) =>
      read(variable, (said) => {
        const port = numberOf(said);
        if (Number.isInteger(port) && port > 0 && port < 65536) return port;
        throw wrong(said, 'a port number from 1 to 65535');
      }),
    count: (variable) =>
      read(variable, (said) => {
        const count = numberOf(said);
        if (Number.isInteger(count) && count >= 0) return count;
        throw wrong(said, 'a whole number from 0 on');
      }),
    milliseconds: (variable) =>
      read(variable, (said) => {
        const seconds = numberOf(said);
        if (Number.isFinite(seconds) && seconds > 0) return seconds * 1000;
        throw wrong(said, 'a number of seconds above 0');
      }),
    boolean: (variable) =>
      read(variable, (said) => {
        const meant = inventoryBoolean(said.value);
        if (meant !== undefined) return meant;
        throw wrong(said, 'true or false');
      }),
  };
}

interface Said {
  readonly name: string;
  readonly value: Value;
}

/** Returns the value of the first name that is set. */
export function saidOf({ names }: ConnectionVariable, scope: Scope): Said | undefined {
  for (const name of names) {
    const value = scope.lookup(name);
    if (value !== undefined && value !== null) return { name, value };
  }
  return undefined;
}
