import { distribution } from '../../lab/distribution.ts';
import { type Lab, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { packageRepository } from '../../lab/packages.ts';
import type { Tool } from './case.ts';
import { ended } from './program.ts';

/** Two hosts that are equal at the start, one for each tool. Both have Python, although only Ansible needs it. */
export interface LabBench {
  readonly enter: readonly string[];
  /** Variables of the inventory that lead to the host of a tool. */
  variables(tool: Tool): readonly string[];
  /** Runs a script of sh as root on the host of a tool, and returns its output. */
  run(tool: Tool, script: string): Promise<string>;
  /** Resets both hosts to their first state, if they have been used. */
  fresh(): Promise<void>;
  down(): Promise<void>;
}

const PYTHON = ['python3', 'python3-apt', 'cron', 'acl'] as const;
const INSTALL = `apt-get -q update >/dev/null\nDEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install ${PYTHON.join(' ')} >/dev/null`;
const NAME = 'parity';

/**
 * Builds a package without content: `parity-deb NAME VERSION [FIELD…]`, and `parity-index` tells apt of all of them.
 */
const TOOLS = `
mkdir -p /srv/parity /usr/local/bin
cat >/usr/local/bin/parity-deb <<'EOF'
#!/bin/sh -e
name=$1 version=$2; shift 2
folder=$(mktemp -d)
mkdir -p "$folder/DEBIAN" "$folder/usr/share/$name" "$folder/etc/$name"
chmod 755 "$folder"
echo "$version" >"$folder/usr/share/$name/version"
echo "of the package" >"$folder/etc/$name/config"
echo "/etc/$name/config" >"$folder/DEBIAN/conffiles"
{ printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: nobody <nobody@localhost>\\nDescription: for comparison\\n' "$name" "$version"; for field; do echo "$field"; done; } >"$folder/DEBIAN/control"
dpkg-deb --root-owner-group -Znone -b "$folder" "/srv/parity/\${name}_\${version}_all.deb" >/dev/null
rm -r "$folder"
EOF
cat >/usr/local/bin/parity-index <<'EOF'
#!/bin/sh -e
cd /srv/parity
for file in *.deb; do
  [ -e "$file" ] || continue
  dpkg-deb -f "$file"
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)"
done >Packages
echo 'deb [trusted=yes] file:/srv/parity ./' >/etc/apt/sources.list
apt-get -q update >/dev/null
EOF
chmod 755 /usr/local/bin/parity-*
`;

/** Returns the hosts, or the reason why this machine cannot have them. */
export async function labBench(report: (line: string) => void): Promise<LabBench | string> {
  const reason = unfitness();
  if (reason !== undefined) return reason;
  const lab = await up({ name: NAME, hosts: 2, report });
  const bench = benchOf(lab);
  await Promise.all([furnish(lab, bench, 'ansible', report), furnish(lab, bench, 'runbook', report)]);
  return bench;
}

function hostOf(lab: Lab, tool: Tool): Lab['state']['hosts'][number] {
  const host = lab.state.hosts[tool === 'ansible' ? 0 : 1];
  if (host === undefined) throw new Error(`lab ${NAME} has no two hosts`);
  return host;
}

function benchOf(lab: Lab): LabBench {
  const { state } = lab;
  let used = false;
  const bench: LabBench = {
    enter: lab.enter,
    variables: (tool) => [
      `ansible_host=${hostOf(lab, tool).address}`,
      'ansible_user=root',
      `ansible_ssh_private_key_file=${state.key}`,
      ...(tool === 'ansible'
        ? [
            'ansible_python_interpreter=/usr/bin/python3',
            `ansible_ssh_common_args='-o UserKnownHostsFile=${state.knownHosts} -o IdentitiesOnly=yes'`,
          ]
        : [`ansible_known_hosts_file=${state.knownHosts}`]),
    ],
    run: async (tool, script) => await shell({ lab, tool, user: 'root' }, script),
    async fresh() {
      if (!used) {
        used = true;
        return;
      }
      for (const { name } of state.hosts) await lab.reset(name);
      await Promise.all([
        furnish(lab, bench, 'ansible', () => undefined),
        furnish(lab, bench, 'runbook', () => undefined),
      ]);
    },
    down: async () => await lab.down(),
  };
  return bench;
}

interface Login {
  readonly lab: Lab;
  readonly tool: Tool;
  readonly user: string;
}

/** Runs the command on the host of a tool, with the script as its input, and returns its output. */
async function shell({ lab, tool, user }: Login, script: string | Buffer, command = 'sh -s'): Promise<string> {
  const { state } = lab;
  const options = [`UserKnownHostsFile=${state.knownHosts}`, 'IdentitiesOnly=yes', 'BatchMode=yes', 'LogLevel=ERROR'];
  const [program, ...before] = [...state.enter, 'ssh', '-F', '/dev/null', '-i', state.key];
  const { address } = hostOf(lab, tool);
  const args = [...before, ...options.flatMap((option) => ['-o', option]), `${user}@${address}`, command];
  const end = await ended({ program, args, cwd: '/', input: script });
  if (end.status !== 0) throw new Error(`on the host of ${tool}: ${command} ended with ${end.status}: ${end.stderr}`);
  return end.stdout;
}

/** Allows root to log in, and installs Python. */
async function furnish(lab: Lab, bench: LabBench, tool: Tool, report: (line: string) => void): Promise<void> {
  await shell(
    { lab, tool, user: lab.state.user },
    'sudo install -d -m 700 /root/.ssh && sudo cp ~/.ssh/authorized_keys /root/.ssh/authorized_keys\n',
  );
  if ((await bench.run(tool, 'test -e /srv/parity && echo there || :\n')) !== '') return;
  const repository = await packageRepository({
    source: await distribution(),
    base: lab.state.base,
    report,
    names: PYTHON,
  });
  const archive = await ended({ program: 'tar', args: ['-c', '-C', repository, '.'], cwd: '/', encoding: 'latin1' });
  await shell(
    { lab, tool, user: 'root' },
    Buffer.from(archive.stdout, 'latin1'),
    'mkdir -p /srv/python && tar -x -C /srv/python',
  );
  await bench.run(
    tool,
    `set -e\necho 'deb [trusted=yes] file:/srv/python ./' >/etc/apt/sources.list\n${INSTALL}\n${TOOLS}`,
  );
}
