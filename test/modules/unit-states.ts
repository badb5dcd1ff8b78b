import type { UnitState } from '../../engine/resources/system/unit-state.ts';

/** A unit that runs, and starts with the host. */
export const RUNNING: UnitState = {
  load: 'loaded',
  active: 'active',
  sub: 'running',
  file: 'enabled',
  needsReload: false,
  fragment: '/etc/systemd/system/etcd.service',
  result: 'success',
  type: 'notify',
  remainsAfterExit: false,
  ran: false,
  invocation: 'i1',
};

/** The same unit, stopped, that does not start with the host. */
export const STOPPED: UnitState = { ...RUNNING, active: 'inactive', sub: 'dead', file: 'disabled', invocation: '' };
