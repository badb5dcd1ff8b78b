import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyModule, Outcome } from '../../engine/modules/base/module.ts';
import { module as blockinfile } from '../../engine/modules/blockinfile.ts';
import { module as copy } from '../../engine/modules/copy.ts';
import { module as file } from '../../engine/modules/file.ts';
import { module as lineinfile } from '../../engine/modules/lineinfile.ts';
import { module as stat } from '../../engine/modules/stat.ts';
import { module as template } from '../../engine/modules/template.ts';
import type { Prediction } from '../../engine/resources/base/resource.ts';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { observeHere } from '../resources/local-sh.ts';
import { applyHere, controllerWith, tryModule } from './try-module.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-foreseen-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const controller = controllerWith({}, { t: 'rendered\n' });

/** Plans all tasks on the current host, each on top of the predictions of the tasks before it. */
async function planAll(tasks: readonly (readonly [AnyModule, ValueMap])[]): Promise<readonly Outcome[]> {
  const laid: Prediction[] = [];
  const outcomes: Outcome[] = [];
  for (const [module, given] of tasks) {
    const { outcome } = await tryModule(
      module,
      given,
      (requests) => {
        const states = new Map(observeHere(requests));
        for (const { key, kind, id } of requests) {
          for (const prediction of laid) {
            const next =
              prediction.request.key === key ? prediction.state : kind.after?.(states.get(key), id, prediction);
            if (next !== undefined && next !== 'stale') states.set(key, next);
          }
        }
        return states;
      },
      { controller },
    );
    if (outcome.kind === 'change') laid.push(...outcome.predictions);
    outcomes.push(outcome);
  }
  return outcomes;
}

async function playAll(tasks: readonly (readonly [AnyModule, ValueMap])[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [module, given] of tasks) {
    const { outcome } = await tryModule(module, given, (requests) => observeHere(requests), { controller });
    if (outcome.kind === 'change') await applyHere(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

const at = (name: string): string => join(directory, name);
const any = (module: unknown): AnyModule => module as AnyModule;

describe('a plan of tasks that build on one another', () => {
  it('finds what the play then finds', async () => {
    const tasks: readonly (readonly [AnyModule, ValueMap])[] = [
      [any(file), { path: at('etc/app/conf.d'), state: 'directory', mode: '0750' }],
      [any(file), { path: at('etc/app'), state: 'directory', mode: '0750' }],
      [any(template), { src: 't', dest: at('etc/app/main.conf'), mode: '0640' }],
      [any(lineinfile), { path: at('etc/app/main.conf'), line: 'rendered' }],
      [any(lineinfile), { path: at('etc/app/main.conf'), line: 'another', insertbefore: 'BOF' }],
      [any(blockinfile), { path: at('etc/app/main.conf'), block: 'in\nblock' }],
      [any(file), { path: at('etc/app/main.conf'), mode: '0600' }],
      [any(file), { path: at('current'), src: at('etc/app'), state: 'link' }],
      [any(file), { path: at('current'), src: 'etc/app', state: 'link' }],
      [any(copy), { content: 'x', dest: at('etc/app/conf.d/x') }],
      [any(copy), { content: 'x', dest: at('etc/app/conf.d/x') }],
      [any(stat), { path: at('etc/app/main.conf') }],
      [any(file), { path: at('etc/app/conf.d'), state: 'absent' }],
      [any(file), { path: at('etc/app/conf.d/x'), state: 'absent' }],
      [any(copy), { content: 'y', dest: at('etc/app/conf.d/y') }],
    ];
    const planned = await planAll(tasks);
    const played = await playAll(tasks);
    expect(planned.map(({ kind }) => kind)).toEqual(played.map(({ kind }) => kind));
    expect(planned.map(({ kind }) => kind)).toEqual([
      'change',
      'in_sync',
      'change',
      'in_sync',
      'change',
      'change',
      'change',
      'change',
      'change',
      'change',
      'in_sync',
      'in_sync',
      'change',
      'in_sync',
      'impossible',
    ]);
    for (const [index, one] of planned.entries()) {
      const other = played[index];
      if (one.kind === 'change' && other?.kind === 'change') expect(one.differences).toEqual(other.differences);
    }
  });
});
