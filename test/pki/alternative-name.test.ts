import { describe, expect, it } from 'vitest';
import { parseAlternativeNames } from '../../engine/pki/alternative-name.ts';

describe('parseAlternativeNames', () => {
  it.each([
    ['kubernetes.default.svc', 'DNS:kubernetes.default.svc'],
    ['K8S-API', 'DNS:k8s-api'],
    ['*.example.org', 'DNS:*.example.org'],
    ['_etcd-server-ssl._tcp.example.org', 'DNS:_etcd-server-ssl._tcp.example.org'],
    ['3com.com', 'DNS:3com.com'],
    ['DNS:a', 'DNS:a'],
    ['10.96.0.1', 'IP:10.96.0.1'],
    ['ip:10.96.0.1', 'IP:10.96.0.1'],
    ['0:0:0:0:0:0:0:1', 'IP:::1'],
    ['IP:2001:DB8::0:1', 'IP:2001:db8::1'],
    ['::', 'IP:::'],
  ])('%s is %s', (text, expected) => {
    expect(parseAlternativeNames([text]).map(String)).toEqual([expected]);
  });

  it('keeps each once, in the order given', () => {
    expect(parseAlternativeNames(['b', '::1', 'a', 'B', '0::1', 'DNS:a']).map(String)).toEqual([
      'DNS:b',
      'IP:::1',
      'DNS:a',
    ]);
  });

  it.each([
    ['', /empty/],
    ['kubernetes.default.svc.cluster.local.', /no dot at its end/],
    ['a..b', /""/],
    ['-a', /"-a"/],
    ['a b', /"a b"/],
    ['a\n', /DNS name/],
    ['müller.de', /"müller"/],
    ['a.*.b', /"\*"/],
    ['*', /"\*"/],
    ['192.168.1', /looks like an IP/],
    ['192.168.1.256', /looks like an IP/],
    ['10.0.0.0/8', /"0\/8"/],
    ['https://a', /DNS name/],
    ['IP:a', /no IP address/],
    ['DNS:10.0.0.1', /among the DNS names/],
    ['fe80::1%eth0', /zone/],
    ['::ffff:10.0.0.1', /write 10\.0\.0\.1/],
    [`${'a'.repeat(64)}.b`, /1 to 63/],
    [`${'a.'.repeat(127)}a`, /253/],
  ])('refuses %j', (text, why) => {
    expect(() => parseAlternativeNames([text])).toThrow(
      expect.objectContaining({ code: 'invalid-alternative-name', why: expect.stringMatching(why) }),
    );
  });
});
