import { expect, test } from 'vitest';
import { Project } from '../canary/outputs.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const PLAY = `- hosts: all
  vars: { w: "{{playbook_dir}}" }
  tasks:
    - { name: Open, copy: { content: "{{ansible_password}}\\n", dest: "{{w}}/open" } }
    - { name: Made of it, template: { src: t.hbs, dest: "{{w}}/made" } }
    - { name: Closed, copy: { content: "{{ansible_password}}\\n", dest: "{{w}}/closed", mode: "0600" } }
    - { name: Meant so, copy: { content: "{{ansible_password}}\\n", dest: "{{w}}/meant", mode: "0644" } }
    - { name: Nothing in it, copy: { content: "plain\\n", dest: "{{w}}/plain" } }
`;

test(
  'a secret in a file that everybody may read is warned of, unless the task says so',
  { timeout: 180_000 },
  async () => {
    const project = new Project(temporaryFolder('open-secrets-'), {
      'hosts.yml': 'all: { hosts: { one: { ansible_connection: local, ansible_password: a-Word-4711 } } }\n',
      'templates/t.hbs': 'password={{ansible_password}}\n',
      'site.yml': PLAY,
    });
    for (const command of ['plan', 'play', 'play']) {
      const { output } = await project.runbook([command, '-i', 'hosts.yml', 'site.yml']);
      const warned = output.split('\n').filter((line) => line.startsWith('warning: '));
      expect(warned).toHaveLength(2);
      expect(warned[0]).toMatch(
        /\[one\] Open: .*\/open holds a secret and every user of the host may read it: give it a mode/,
      );
      expect(warned[1]).toContain('/made holds');
    }
  },
);
