import description from '../../../package.json' with { type: 'json' };

/** The version of runbook, from its package.json. */
export const ENGINE_VERSION: string = description.version;
