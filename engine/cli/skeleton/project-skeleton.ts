import { type Skeleton, roleSkeleton } from './role-skeleton.ts';

const GITIGNORE = `# Journals of runs and what runs have fetched.
.runbook/
# Schemas for editors. \`runbook init\` writes them again.
.schemas/
# Saved plans.
*.plan
# Keys of authorities and certificates.
.pki/
`;

const EDITORCONFIG = `root = true

[*]
charset = utf-8
end_of_line = lf
insert_final_newline = true

[*.yml]
indent_style = space
indent_size = 2
`;

const SETTINGS = {
  'yaml.schemas': {
    '.schemas/playbook.json': ['site.yml', 'playbooks/*.yml'],
    '.schemas/tasks.json': ['roles/*/tasks/**/*.yml', 'roles/*/handlers/**/*.yml', 'playbooks/tasks/*.yml'],
    '.schemas/inventory.json': ['inventory.yml', 'inventory/*.yml'],
    '.schemas/meta.json': ['roles/*/meta/main.yml'],
  },
  'yaml.customTags': ['!vault scalar', '!unsafe scalar'],
  'files.associations': { '*.hbs': 'handlebars' },
};

const INVENTORY = `# Hosts and groups. This machine is there from the start; write your hosts below.
local:
  hosts:
    localhost: { ansible_connection: local }

# web:
#   hosts:
#     web1: { ansible_host: 192.0.2.10, ansible_user: operator }
#     web2: { ansible_host: 192.0.2.11, ansible_user: operator }
`;

const SITE = `- name: Hello
  hosts: local
  roles:
    - hello
`;

/** The files of every project: files that Git ignores, and settings of editors. */
export function commonSkeleton(): Skeleton {
  return new Map([
    ['.gitignore', GITIGNORE],
    ['.editorconfig', EDITORCONFIG],
    ['.vscode/settings.json', `${JSON.stringify(SETTINGS, undefined, 2)}\n`],
  ]);
}

/** A project that can be played unchanged, on this machine and without root. */
export function projectSkeleton(): Skeleton {
  const role = [...roleSkeleton('hello')].map(([path, text]) => [`roles/hello/${path}`, text] as const);
  return new Map([
    ...commonSkeleton(),
    ['inventory.yml', INVENTORY],
    ['group_vars/all.yml', '# Variables of all hosts.\nhello_file: /tmp/hello.conf\n'],
    ['site.yml', SITE],
    ...role,
  ]);
}
