import { Project } from './outputs.ts';
import { ELSEWHERE, SHAPES, TYPED } from './shapes.ts';

/** Prints the values on stdin in the forms that programs print. */
const PRINT = `import base64, html, json, re, shlex, subprocess, sys, urllib.parse
texts = sys.stdin.buffer.read().decode().split("<|>")
lines = lambda data, width: "\\n".join(data[at:at + width] for at in range(0, len(data), width))
low = lambda quoted: re.sub("%[0-9A-F]{2}", lambda one: one.group().lower(), quoted)
for text in texts:
    raw = text.encode()
    b64 = base64.b64encode(raw).decode()
    for said in [text, b64, lines(b64, 76), lines(b64, 64), lines(b64, 76).replace("\\n", "\\r\\n"), base64.urlsafe_b64encode(raw).decode(),
                 base64.b64encode(b"u" + raw + b"@h").decode(), raw.hex(), lines(raw.hex(), 60), raw.hex().upper(), urllib.parse.quote(text, ""),
                 low(urllib.parse.quote(text, "")), urllib.parse.quote_plus(text), json.dumps(text), json.dumps(json.dumps(text)),
                 re.sub(r"\\\\u[0-9a-f]{4}", lambda one: "\\\\u" + one.group()[2:].upper(), json.dumps(text)), shlex.quote(text),
                 html.escape(text), repr(text), ascii(text)]:
        print(said)
sys.stdout.flush()
subprocess.run(["bash", "-c", 'for text; do printf "%q %s\\n" "$text" "\${text@Q}"; done', "bash", *texts])
`;

const NAMES = SHAPES.map((_, index) => `s${String(index + 1).padStart(2, '0')}`);

const PLAY = `- name: Canary
  hosts: all
  vars_files: [vars_file.yml]
  vars: { w: "{{playbook_dir}}/host", db_host: db.example.org }
  tasks:
    - { file: { path: "{{w}}", state: directory } }
    - { name: Print, command: { argv: [python3, "{{playbook_dir}}/print.py"], stdin: '{{join every "<|>"}}' }, register: printed }
    - { name: Encode, shell: { cmd: base64, stdin: "{{s02}}" }, register: key_lines }
    - { name: Show all, debug: { var: printed } }
    - { name: Show the base64 of a key line by line, debug: { msg: "{{item}}" }, loop: "{{key_lines.stdout_lines}}" }
    - { name: Fail, shell: { cmd: "cat >&2; exit 3", stdin: "{{item}}\\n" }, loop: "{{every}}", ignore_errors: true }
    - { name: "Say {{item}}", debug: { msg: "it is {{item}}" }, loop: "{{every}}" }
    - { name: Map, debug: { var: in_map } }
    - { name: Write, copy: { content: "a\\n{{item}}\\nb\\n", dest: "{{w}}/written-{{n}}", mode: "0600" }, loop: "{{every}}", loop_control: { index_var: n } }
    - { name: Line, lineinfile: { path: "{{w}}/lines", line: "secret={{s01}}", create: true, mode: "0600" } }
    - { name: Block, blockinfile: { path: "{{w}}/block", block: "{{s02}}", create: true, mode: "0600" } }
    - { name: Template, template: { src: t.hbs, dest: "{{w}}/template", mode: "0600" } }
    - { name: Environment, shell: 'printf %s "$WORD" | base64', environment: { WORD: "{{s02}}" } }
    - { name: Made of it, debug: { msg: '{{upper s01}} {{b64encode s05}} {{sha256 s01}} {{json in_map}} {{expr "s10 + s06"}} {{expr "s17.substring(0, 40)"}}' } }
    - { name: Set, set_fact: { made: "x-{{s01}}-{{s21}}", ansible_ssh_pass: "Cnry39-set-fact" } }
    - { name: Made, debug: { var: made } }
    - { name: Condition, debug: { msg: x }, when: 's01 == "other" || s21 == 5' }
    - { name: Assert, assert: { that: ['s01 == "other"', "s21 == 5"] }, ignore_errors: true }
    - { name: Connection, debug: { msg: "{{ansible_password}} {{ansible_become_password}} {{ansible_ssh_pass}}" } }
    - { name: Typed, shell: "echo typed >{{w}}/typed", when: 'typed != "" && typed_map != ""' }
`;

/** The options of every command. */
export const ARGS = [
  '-i',
  'hosts.yml',
  '-e',
  '@extra.yml',
  '-e',
  `ansible_become_password=${ELSEWHERE.typedPassword} typed=${TYPED.pair}`,
  '-e',
  `{"typed_map": "${TYPED.map}"}`,
];

/**
 * Makes a folder with a playbook that uses every secret in every way, and with the encrypted files that contain the
 * secrets.
 */
export async function canaryProject(folder: string): Promise<Project> {
  const secrets = SHAPES.map(
    ({ value, written }, index) => `${NAMES[index] ?? ''}: ${written ?? JSON.stringify(value)}\n`,
  ).join('');
  const project = new Project(folder, {
    'group_vars/all/secrets.yml': `${secrets}in_map: { inner: { deep: ${ELSEWHERE.inMap} }, keys: { ${ELSEWHERE.mapKey}: 1 }, list: [${ELSEWHERE.inList}] }\n`,
    'group_vars/all/plain.yml': `db_host: db.example.org\nansible_password: ${ELSEWHERE.plainPassword}\nevery: [${[...NAMES, 'extra_file', 'vars_file', 'inline', 'in_map.inner.deep', 'in_map.list.[0]'].map((name) => `"{{${name}}}"`).join(', ')}]\n`,
    'extra.yml': `extra_file: ${ELSEWHERE.extraFile}\n`,
    'vars_file.yml': `vars_file: ${ELSEWHERE.varsFile}\n`,
    'hosts.yml': 'all: { hosts: { one: { ansible_connection: local } } }\n',
    'site.yml': PLAY,
    'print.py': PRINT,
    'templates/t.hbs':
      'a={{s01}}\nb={{s25}}\n{{#each in_map.list}}item={{this}}\n{{/each}}{{#with in_map.inner}}deep={{deep}}\n{{/with}}{{s21}}\n',
  });
  await project.runbook(['vault', 'keygen']);
  await project.runbook(['vault', 'encrypt', 'group_vars/all/secrets.yml', 'extra.yml', 'vars_file.yml']);
  const { output } = await project.runbook(['vault', 'encrypt', '--value', 'inline'], `${ELSEWHERE.inlineVault}\n`);
  project.write('group_vars/all/inline.yml', output.slice(output.indexOf('inline:')));
  return project;
}
