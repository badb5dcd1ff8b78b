import { z } from 'zod';
import { run } from './command.ts';
import type { Lab } from './hosts.ts';
import { sshCommand } from './ssh.ts';
import { hostOf } from './state.ts';
import { until } from './until.ts';

/** Pods of the demo: a Deployment on all nodes, and the ways that lead to it. */
export interface PodsOptions {
  readonly lab: Lab;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

const MASTER = 'k8s-master-1';
const NODE_PORT = 30080;
const REPLICAS = 3;
/** Images come from the registry of the lab; a busy machine takes its time. */
const PATIENCE_MS = 300_000;

const MANIFEST = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: REPLICAS,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey: 'kubernetes.io/hostname',
                whenUnsatisfiable: 'DoNotSchedule',
                labelSelector: { matchLabels: { app: 'web' } },
              },
            ],
            containers: [
              {
                name: 'web',
                image: 'registry.k8s.io/e2e-test-images/agnhost:2.63.0',
                args: ['netexec', '--http-port=8080'],
                readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, timeoutSeconds: 10 },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        type: 'NodePort',
        selector: { app: 'web' },
        ports: [{ port: 80, targetPort: 8080, nodePort: NODE_PORT }],
      },
    },
  ],
};

/** What a pod was answered that asked a Service. */
const dialSchema = z.object({ responses: z.array(z.string()).min(1) });

/** Returns a line for each text, with the number of its occurrences. */
function countsOf(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].toSorted().map((text) => `${text}  ${texts.filter((one) => one === text).length}`);
}

/** Asks as a program of the lab's network that is no part of the cluster. */
const ASK = `
const answer = await fetch(process.argv[1], { signal: AbortSignal.timeout(20_000) });
if (!answer.ok) throw new Error('HTTP ' + answer.status);
process.stdout.write(await answer.text());
`;

interface Tools extends PodsOptions {
  readonly kubectl: (words: string, input?: string) => Promise<string>;
  readonly ask: (url: string) => Promise<string>;
  readonly show: (title: string, text: string) => void;
}

function toolsOf(options: PodsOptions): Tools {
  const { lab, say, signal } = options;
  return {
    ...options,
    kubectl: async (words, input) => {
      const command = `sudo kubectl --kubeconfig=/etc/kubernetes/admin.conf --request-timeout=20s ${words}`;
      const argv = sshCommand(lab.state, hostOf(lab.state, MASTER), [command]);
      return (await run(argv, { signal, ...(input === undefined ? {} : { input }) })).trimEnd();
    },
    ask: async (url) => await run([...lab.enter, process.execPath, '--input-type=module', '-e', ASK, url], { signal }),
    show: (title, text) => {
      say(`\n${title}`);
      for (const line of text.split('\n')) say(`   ${line}`);
    },
  };
}

async function makePods({ kubectl, lab, signal }: Tools): Promise<void> {
  await kubectl('apply --server-side --force-conflicts --field-manager=demo --filename=-', JSON.stringify(MANIFEST));
  const replicas = "get deployment web --output=jsonpath='{.status.readyReplicas} {.status.updatedReplicas}'";
  await until(
    `the ${REPLICAS} pods of the Deployment web are ready`,
    async () => (await kubectl(replicas)) === `${REPLICAS} ${REPLICAS}`,
    {
      timeoutMs: PATIENCE_MS,
      signal,
      remedy: `Look at them: npm run lab -- ssh ${MASTER} --name ${lab.state.name} -- sudo kubectl describe pods`,
    },
  );
}

/** Waits for the rules of kube-proxy, and returns the address of the Service on a node. */
async function nodePortOf({ ask, lab, signal }: Tools): Promise<string> {
  const node = lab.state.hosts.find(({ worker }) => worker === true)?.address ?? '';
  const url = `http://${node}:${NODE_PORT}`;
  const answers = async (): Promise<boolean> => {
    try {
      await ask(`${url}/hostname`);
      return true;
    } catch {
      signal.throwIfAborted();
      return false;
    }
  };
  await until(`the Service answers at ${url}`, answers, { timeoutMs: PATIENCE_MS, signal });
  return url;
}

/**
 * Makes the Deployment and shows where its pods are, and what they answer.
 * @throws Problem if a part does not answer as it should, with what it said last.
 */
export async function showPods(options: PodsOptions): Promise<void> {
  const tools = toolsOf(options);
  const { kubectl, ask, show } = tools;
  show('kubectl get nodes', await kubectl('get nodes'));
  await makePods(tools);
  const columns = 'NAME:.metadata.name,NODE:.spec.nodeName,ADDRESS:.status.podIP';
  show(
    'A Deployment of three replicas',
    await kubectl(`get pods --selector=app=web --output=custom-columns=${columns}`),
  );
  const url = await nodePortOf(tools);
  show(`By NodePort, from outside of the cluster: ${url}/hostname`, await ask(`${url}/hostname`));
  // The pod that gets this request asks the Service by its name, several times.
  const inside = 'host=web.default.svc.cluster.local&port=80&request=hostname&protocol=http&tries=9';
  const { responses } = dialSchema.parse(JSON.parse(await ask(`${url}/dial?${inside}`)));
  show('By Service, 9 times from a pod: web.default.svc.cluster.local', countsOf(responses).join('\n'));
  show('kubectl exec deployment/web -- /bin/hostname', await kubectl('exec deployment/web -- /bin/hostname'));
  show('kubectl logs deployment/web --tail=1', await kubectl('logs deployment/web --tail=1'));
}
