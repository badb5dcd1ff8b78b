import { expect, test } from 'vitest';
import type { Outcome } from '../../engine/modules/base/module.ts';
import { module as systemd } from '../../engine/modules/systemd.ts';
import { predict } from '../../engine/resources/base/resource.ts';
import { file } from '../../engine/resources/file.ts';
import type { FileState } from '../../engine/resources/file/file-state.ts';
import type { UnitState } from '../../engine/resources/system/unit-state.ts';
import { unitRequest, units } from '../../engine/resources/unit.ts';
import { planWith, seenAs } from '../modules/system-host.ts';
import { STOPPED } from '../modules/unit-states.ts';

const UNIT_TEXT = '[Service]\nExecStart=/bin/true\n';
const WANTED = '[Install]\nWantedBy=multi-user.target\n';
const ETCD = unitRequest('etcd');
const MASKED: UnitState = { ...STOPPED, load: 'masked', file: 'masked' };
const plan = (args: object, state: UnitState): Outcome =>
  planWith(systemd, { name: 'etcd', ...args }, seenAs([[ETCD, state]]));
const LINK = 'multi-user.target.wants/etcd.service';

const written = (text: string): FileState => ({
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  size: text.length,
  sha256: 'x',
  content: Buffer.from(text),
});

interface Unmasked {
  readonly what: string;
  readonly text: string;
  readonly links: readonly string[] | undefined;
  readonly is: UnitState['file'];
  readonly enabling: string;
}

const UNMASKED: readonly Unmasked[] = [
  { what: 'enabled by links from before', text: UNIT_TEXT + WANTED, links: [LINK], is: 'enabled', enabling: 'in sync' },
  { what: 'not enabled', text: UNIT_TEXT + WANTED, links: [], is: 'disabled', enabling: 'certain' },
  {
    what: 'open, as are its links',
    text: UNIT_TEXT + WANTED,
    links: undefined,
    is: undefined,
    enabling: 'after_change',
  },
  {
    what: 'open, as it only has an alias',
    text: `${UNIT_TEXT}[Install]\nAlias=x.service\n`,
    links: [],
    is: undefined,
    enabling: 'after_change',
  },
  { what: 'static', text: UNIT_TEXT, links: [], is: 'static', enabling: 'in sync' },
];

test.each(UNMASKED)('a unit whose file replaces its mask is $what', ({ text, links, is, enabling }) => {
  const now = units.after?.(
    { ...MASKED, links },
    'etcd.service',
    predict(file('/etc/systemd/system/etcd.service'), written(text)),
  );
  expect(now).toMatchObject({ load: 'loaded', file: is });
  const outcome = plan({ enabled: true }, now as UnitState);
  expect(outcome.kind === 'change' ? outcome.certainty : 'in sync').toBe(enabling);
  expect(plan({ state: 'started' }, now as UnitState)).toMatchObject({ kind: 'change', certainty: 'certain' });
});
