import { JINJA_ABSENT } from './jinja-absent.ts';

/**
 * Words of Jinja that neither expressions nor templates have, and what to write in their place. The key is the kind, a
 * blank and the name.
 */
export const JINJA_WORDS: ReadonlyMap<string, string> = new Map([
  ...JINJA_ABSENT,
  ['filter password_hash', 'Put the hash into a variable, encrypted by runbook vault.'],
  ['filter comment', 'Write the comment marks into the template.'],
  ['filter json_query', 'Filter in an expression: xs.filter(x, x.a == 1).map(x, x.b).'],
  ['filter mandatory', 'Leave it out: a missing name is always an error.'],
  ['filter vault', 'Encrypt the value by runbook vault.'],
  [
    'lookup env',
    'Write {{get_env "NAME"}} in a template, or getEnv("NAME") in an expression. A second argument is the fallback.',
  ],
  ['lookup file', 'Write {{read_file "NAME"}} in a template, or readFile("NAME") in an expression.'],
  ['lookup template', 'Write {{render_file "NAME"}} in a template, or renderFile("NAME") in an expression.'],
  [
    'lookup password',
    'Write {{password_file "PATH"}} in a template, or passwordFile("PATH") in an expression: the file keeps the password. A hash cannot be made.',
  ],
  ['lookup pipe', 'Write query: with delegate_to: localhost, and register the result.'],
  [
    'lookup vars',
    'Write the name of the variable. If the name is computed, write {{get_variable name}} in a template, or getVariable(name) in an expression.',
  ],
  ['lookup varnames', 'Write {{variable_names "^web_"}} in a template, or variableNames("^web_") in an expression.'],
  ['lookup url', 'Write uri: with delegate_to: localhost, and register the result.'],
  [
    'lookup first_found',
    'Write {{first_found (list "a" "b")}} in a template, or firstFound(["a", "b"]) in an expression.',
  ],
  ['lookup fileglob', 'Write fileglob("*.conf") in an expression, {{fileglob "*.conf"}} in a template.'],
  ['lookup ini', 'Put the values into a file of variables (vars_files).'],
  ['lookup dict', 'Write x.dict2items() in an expression, {{dict2items x}} in a template.'],
  ['lookup sequence', 'Write {{range 1 5}}: the numbers from 1 to 5.'],
  ['operator x[a:b]', 'Write x.slice(a, b) in an expression, {{slice x a b}} in a template.'],
  ['operator **', 'runbook has no powers: write the product, x * x or {{mul x x}}.'],
  ['call now', 'Write facts.time, the clock of the host, in seconds since 1970.'],
  ['call namespace', 'Compute the value in an expression: a template cannot set a variable.'],
  ['call undef', 'Declare the variable in the arguments of the role, with required: true.'],
]);

/** Constants of Python and Jinja, with their form here. */
export const PYTHON_CONSTANTS: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
]);
