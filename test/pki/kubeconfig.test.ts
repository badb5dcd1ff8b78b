import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createAuthority } from '../../engine/pki/authority.ts';
import { issueCertificate } from '../../engine/pki/certificate.ts';
import { buildKubeconfig, type Kubeconfig } from '../../engine/pki/kubeconfig.ts';
import type { IssuedCertificate } from '../../engine/pki/signing.ts';
import { readKubeconfig } from './read-kubeconfig.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

let config: Kubeconfig;
let admin: IssuedCertificate;
beforeAll(async () => {
  const authority = await createAuthority({ subject: { commonName: 'kubernetes' } });
  admin = await issueCertificate(
    { subject: { commonName: 'admin', organizations: ['system:masters'] }, alternativeNames: [], usage: 'client' },
    authority,
  );
  config = {
    clusterName: 'kubernetes',
    server: 'https://192.168.1.34:8443',
    authorityPem: authority.certificatePem,
    userName: 'admin',
    credential: { kind: 'certificate', ...admin },
  };
});

describe('buildKubeconfig', () => {
  it('gives what kubectl would write, everything embedded', () => {
    expect(parse(buildKubeconfig(config))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'kubernetes',
          cluster: { server: 'https://192.168.1.34:8443', 'certificate-authority-data': base64(config.authorityPem) },
        },
      ],
      users: [
        {
          name: 'admin',
          user: {
            'client-certificate-data': base64(admin.certificatePem),
            'client-key-data': base64(admin.privateKeyPem),
          },
        },
      ],
      contexts: [{ name: 'admin@kubernetes', context: { cluster: 'kubernetes', user: 'admin' } }],
      'current-context': 'admin@kubernetes',
      preferences: {},
    });
  });

  it('gives the same text for the same input', () => {
    expect(buildKubeconfig(config)).toBe(buildKubeconfig({ ...config }));
  });

  it.each(['on', '1e3', '0644', 'system:kube-scheduler', "o'neill: #1"])(
    'is read back as it was for the user %j',
    (userName) => {
      const wanted = { ...config, userName, contextName: 'here' };
      expect(readKubeconfig(buildKubeconfig(wanted))).toEqual(wanted);
    },
  );

  it('holds a token instead of a certificate', () => {
    const wanted: Kubeconfig = {
      ...config,
      credential: { kind: 'token', token: 'abcdef.0123456789abcdef' },
      contextName: 'c',
    };
    expect(readKubeconfig(buildKubeconfig(wanted))).toEqual(wanted);
  });

  it.each([
    { server: '192.168.1.34:8443' },
    { server: 'http://192.168.1.34' },
    { server: '' },
    { userName: '' },
    { clusterName: '' },
  ])('refuses %j', (change) => {
    expect(() => buildKubeconfig({ ...config, ...change })).toThrow(
      expect.objectContaining({ code: 'invalid-kubeconfig' }),
    );
  });
});
