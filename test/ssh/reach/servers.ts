import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startOpensshServer, type OpensshServer } from '../openssh-server.ts';

/** A user of the servers with a password. The keys of `sec` are accepted for every user. */
export const ACCOUNT = { name: 'reach_pw', uid: 4801, password: 'open "$`sesame' } as const;

/** Kinds of servers; each is started once. */
export type ServerName = (typeof SERVER_NAMES)[number];

interface Kind {
  readonly config: Readonly<Record<string, string>>;
  readonly accounts?: true;
  /** Can only be reached by ::1. */
  readonly ipv6?: true;
}

/** $F is the folder of keys. */
const SERVERS = {
  plain: { config: {} },
  jump: { config: {} },
  jump6: { config: {}, ipv6: true },
  second: { config: {} },
  noForwarding: { config: { AllowTcpForwarding: 'no' } },
  fewTries: { config: { MaxAuthTries: '2' } },
  oneSession: { config: { MaxSessions: '1' } },
  password: {
    config: { PasswordAuthentication: 'yes', PubkeyAuthentication: 'no', KbdInteractiveAuthentication: 'no' },
    accounts: true,
  },
  interactive: {
    config: {
      PasswordAuthentication: 'no',
      PubkeyAuthentication: 'no',
      KbdInteractiveAuthentication: 'yes',
      UsePAM: 'yes',
    },
    accounts: true,
  },
  both: {
    config: {
      PasswordAuthentication: 'yes',
      AuthenticationMethods: 'publickey,password',
      KbdInteractiveAuthentication: 'no',
    },
    accounts: true,
  },
  usersByAuthority: { config: { AuthorizedKeysFile: 'none', TrustedUserCAKeys: '$F/user_ca.pub' } },
  certified: { config: { HostCertificate: '$F/host-cert.pub' } },
  certifiedForOthers: { config: { HostCertificate: '$F/other-cert.pub' } },
  postQuantum: { config: { KexAlgorithms: 'sntrup761x25519-sha512@openssh.com' } },
  umac: { config: { MACs: 'umac-128-etm@openssh.com', Ciphers: 'aes256-ctr' } },
  group18: { config: { KexAlgorithms: 'diffie-hellman-group18-sha512' } },
  groupExchange: { config: { KexAlgorithms: 'diffie-hellman-group-exchange-sha256' } },
  chacha: { config: { Ciphers: 'chacha20-poly1305@openssh.com' } },
  gcm: { config: { Ciphers: 'aes256-gcm@openssh.com' } },
  etm512: { config: { Ciphers: 'aes128-ctr', MACs: 'hmac-sha2-512-etm@openssh.com' } },
  rsaHost: { config: { HostKey: '$F/host_rsa', HostKeyAlgorithms: 'rsa-sha2-512' } },
  sha1Host: { config: { HostKey: '$F/host_rsa', HostKeyAlgorithms: 'ssh-rsa' } },
  ecdsaHost: { config: { HostKey: '$F/host_ecdsa' } },
  rekeying: { config: { RekeyLimit: '64K' } },
  banner: { config: { Banner: '$F/banner' } },
  forced: { config: { ForceCommand: 'echo This account is not available; exit 1' } },
} as const satisfies Readonly<Record<string, Kind>>;

export const SERVER_NAMES = Object.keys(SERVERS) as (keyof typeof SERVERS)[];

export interface Reach {
  /** The folder of keys and files. */
  readonly folder: string;
  port(name: ServerName): number;
  /** Returns the host key as a line of known_hosts has it. */
  hostKey(name: ServerName): string;
  stop(): Promise<void>;
}

/** Starts the named servers, and makes the keys. `folder` must be readable for everybody. */
export async function startServers(folder: string, names: readonly ServerName[]): Promise<Reach> {
  makeKeys(folder);
  const servers = new Map<ServerName, { readonly server: OpensshServer; readonly port: number }>();
  await Promise.all(
    names.map(async (name) => {
      const kind: Kind = SERVERS[name];
      const config = Object.entries(kind.config).map(([option, value]) => [option, value.replaceAll('$F', folder)]);
      // The certificate belongs to this key.
      const key = 'HostCertificate' in kind.config ? { HostKey: join(folder, 'host') } : {};
      const authorized =
        'AuthorizedKeysFile' in kind.config ? {} : { AuthorizedKeysFile: join(folder, 'authorized_keys') };
      const port6 = kind.ipv6 === true ? await freePort() : undefined;
      // The names of options ignore case, and sshd accepts this option more than once.
      const further = port6 === undefined ? {} : { listenaddress: `[::1]:${port6}` };
      const options = { ...key, ...authorized, ...further, ...Object.fromEntries(config) };
      const server = await startOpensshServer(options, kind.accounts === true ? [ACCOUNT] : []);
      servers.set(name, { server, port: port6 ?? server.port });
    }),
  );
  const started = (name: ServerName): { readonly server: OpensshServer; readonly port: number } => {
    const found = servers.get(name);
    if (found === undefined) throw new Error(`The server ${name} is not started`);
    return found;
  };
  const keyFiles: Partial<Record<ServerName, string>> = {
    certified: 'host',
    certifiedForOthers: 'host',
    rsaHost: 'host_rsa',
    sha1Host: 'host_rsa',
    ecdsaHost: 'host_ecdsa',
  };
  return {
    folder,
    port: (name) => started(name).port,
    hostKey: (name) => {
      const file = keyFiles[name];
      return file === undefined ? started(name).server.hostKey : publicKey(join(folder, file));
    },
    stop: async () => {
      await Promise.all([...servers.values()].map(({ server }) => server.stop()));
    },
  };
}

export function publicKey(file: string): string {
  return readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ').trim();
}

function makeKeys(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const make = (name: string, ...options: readonly string[]): void => {
    if (!existsSync(join(folder, name)))
      execFileSync('ssh-keygen', ['-q', '-N', '', '-t', 'ed25519', ...options, '-f', join(folder, name)]);
  };
  for (const name of ['key', 'second', 'stranger', 'certified', 'user_ca', 'host_ca', 'other_ca', 'host', 'other_host'])
    make(name);
  make('host_rsa', '-t', 'rsa', '-b', '2048');
  make('host_ecdsa', '-t', 'ecdsa');
  make('rsa', '-t', 'rsa', '-b', '2048');
  make('ecdsa', '-t', 'ecdsa');
  make('sealed', '-N', 'open sesame', '-a', '1');
  const sign = (...args: readonly string[]): void =>
    void execFileSync('ssh-keygen', ['-q', ...args], { stdio: 'ignore' });
  sign('-s', join(folder, 'user_ca'), '-I', 'who', '-n', 'root', join(folder, 'certified.pub'));
  sign('-s', join(folder, 'host_ca'), '-I', 'host', '-h', '-n', '127.0.0.1', join(folder, 'host.pub'));
  copyFileSync(join(folder, 'host.pub'), join(folder, 'other.pub'));
  sign('-s', join(folder, 'host_ca'), '-I', 'other', '-h', '-n', 'elsewhere.example.org', join(folder, 'other.pub'));
  const authorized = ['key', 'rsa', 'ecdsa', 'sealed'].map((name) => readFileSync(join(folder, `${name}.pub`), 'utf8'));
  writeFileSync(join(folder, 'authorized_keys'), authorized.join(''));
  writeFileSync(join(folder, 'banner'), 'Authorized use only.\n\u001B[31mAll is logged.\n');
}
