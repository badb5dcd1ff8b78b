import * as fc from 'fast-check';
import { NO_OBJECT, kubernetesObject } from '../../engine/resources/kubernetes-object.ts';
import type { Situations } from './situation.ts';

const word = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !text.includes('\0'));
const maybe = fc.boolean();

/** A kubectl that says this. A real server is asked in test/lab/kubernetes.test.ts. */
function kubectl(live: object | undefined, next: object): string {
  const said = (value: object | undefined): string =>
    value === undefined ? ':' : `cat <<'END'\n${JSON.stringify({ kind: 'List', items: [value] })}\nEND`;
  return `#!/bin/sh\ncat >/dev/null\ncase $1 in\nget)\n${said(live)}\n;;\napply)\n${said(next)}\n;;\nesac\n`;
}

export const KUBERNETES: Readonly<Record<string, Situations>> = {
  kubernetes_object: () =>
    fc.tuple(maybe, word, word).map(([exists, before, after]) => {
      const object = (value: string) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a', namespace: 'b' },
        data: { value },
      });
      const fromServer = (value: string) => ({
        ...object(value),
        metadata: { name: 'a', namespace: 'b', uid: 'x', generation: 7, managedFields: [{ manager: 'm' }] },
        status: { seen: true },
      });
      const request = kubernetesObject({
        access: { options: [], preamble: '' },
        namespace: 'b',
        object: object(after),
        apply: ['--field-manager=runbook'],
      });
      const live = exists
        ? { live: object(before), status: { seen: true }, generation: 7 }
        : { live: null, status: null, generation: 0 };
      return {
        host: { programs: { 'bin/kubectl': kubectl(exists ? fromServer(before) : undefined, fromServer(after)) } },
        asks: [{ request, is: () => ({ ...NO_OBJECT, ...live, next: object(after) }) }],
      };
    }),
};
