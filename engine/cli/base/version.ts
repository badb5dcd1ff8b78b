import description from '../../../package.json' with { type: 'json' };

/** The version of runbook, as its package.json tells it. */
export const ENGINE_VERSION: string = description.version;
