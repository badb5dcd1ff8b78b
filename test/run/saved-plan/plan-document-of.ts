import type { PlanDocument } from '../../../engine/run/saved-plan/plan-document.ts';

/** Returns a saved plan of `site.yml` for `hosts.yml`, with these parts, and otherwise without options and input. */
export function planDocumentOf(parts: Pick<PlanDocument, 'summary' | 'plays'> & Partial<PlanDocument>): PlanDocument {
  return {
    format: 'runbook-plan',
    version: 1,
    engine: '1.0.0',
    playbook: 'site.yml',
    inventory: ['hosts.yml'],
    limit: null,
    tags: [],
    skipTags: [],
    extraFiles: [],
    partial: [],
    extra: {},
    inputs: {},
    hosts: [],
    ...parts,
  };
}
