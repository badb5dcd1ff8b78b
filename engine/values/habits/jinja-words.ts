import { JINJA_ABSENT } from './jinja-absent.ts';

/** Words of Jinja that neither expressions nor templates have, with what to write. The key is kind and name. */
export const JINJA_WORDS: ReadonlyMap<string, string> = new Map([
  ...JINJA_ABSENT,
  ['filter password_hash', 'Give the hash itself, encrypted by runbook vault.'],
  ['filter comment', 'Write the marks of the comment into the template.'],
  ['filter json_query', 'Filter in an expression: xs.filter(x, x.a == 1).map(x, x.b).'],
  ['filter mandatory', 'Leave it out: a name that is missing is an error.'],
  ['filter format', 'Write the text with the values in it: {{a}}-{{b}}.'],
  ['filter vault', 'Encrypt the value by runbook vault.'],
  [
    'lookup env',
    'Write {{get_env "NAME"}} in a template, getEnv("NAME") in an expression; a fallback stands behind the name.',
  ],
  ['lookup file', 'Write {{read_file "NAME"}} in a template, readFile("NAME") in an expression.'],
  ['lookup template', 'Use the template by template: {src: …}, or as a partial: {{> name}}.'],
  [
    'lookup password',
    'Write random_key, which makes a secret on the host once, or encrypt the value by runbook vault.',
  ],
  ['lookup pipe', 'Write query: with delegate_to: localhost, and register.'],
  ['lookup vars', 'Write the name itself; a computed one goes into a map: {{lookup settings "name"}}.'],
  ['lookup varnames', 'Put the variables into a map, and take its keys: {{keys settings}}.'],
  ['lookup url', 'Write uri: with delegate_to: localhost, and register.'],
  [
    'lookup first_found',
    'Write {{first_found (list "a" "b")}} in a template, firstFound(["a", "b"]) in an expression.',
  ],
  ['lookup fileglob', 'Write fileglob("*.conf") in an expression, {{fileglob "*.conf"}} in a template.'],
  ['lookup ini', 'Put the values into a file of variables (vars_files).'],
  ['lookup dict', 'Write loop: with an expression over the keys: x.map(k, {"key": k, "value": x[k]}).'],
  ['lookup sequence', 'Write the numbers: {{range 1 5}}.'],
  [
    'operator x[a:b]',
    'There are no slices. The beginning of a text is x.regexReplace("^(..).*$", "$1") in a condition, {{regex_replace x "^(..).*$" "$1"}} in a template, an item of a list xs[0] or {{xs.[0]}}.',
  ],
  ['operator **', 'There are no powers: write the product, x * x or {{mul x x}}.'],
  ['call now', 'Write facts.time, the clock of the host, in seconds since 1970.'],
  ['call namespace', 'Compute the value in an expression: nothing can be set in a template.'],
  ['call undef', 'Declare the variable in the arguments of the role, as one that is required.'],
]);

/** Constants of Python and Jinja, with their form here. */
export const PYTHON_CONSTANTS: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
]);
