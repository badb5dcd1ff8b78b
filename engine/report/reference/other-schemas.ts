import { REFUSED_IN_STEPS, ROLE_KEYWORDS } from '../../playbook/base/keywords.ts';
import { type Schema, keywordProperties, needs } from './keyword-schemas.ts';

const VARIABLES: Schema = { type: ['object', 'null'] };

/** Returns the schema of a use of a role: its name, or a map of keywords and parameters of the role. */
export function roleUse(): Schema {
  return {
    type: ['string', 'object'],
    ...needs('role', 'name'),
    properties: keywordProperties(ROLE_KEYWORDS.difference(REFUSED_IN_STEPS)),
  };
}

/** Returns the schema of an inventory in YAML: a map of groups. */
export function inventorySchema(): Schema {
  return {
    type: ['object', 'null'],
    additionalProperties: { $ref: '#/definitions/group' },
    definitions: { group: group() },
  };
}

function group(): Schema {
  return {
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {
      hosts: {
        description: 'The hosts of the group, each with its variables; a range (web[01:10]) is several hosts.',
        type: ['object', 'string', 'null'],
        additionalProperties: VARIABLES,
      },
      children: {
        description: 'Groups whose hosts are hosts of this group too.',
        type: ['object', 'string', 'null'],
        additionalProperties: { $ref: '#/definitions/group' },
      },
      vars: { description: 'Variables for every host of the group.', ...VARIABLES },
    },
  };
}

/** Returns the schema of `meta/main.yml` of a role. */
export function metaSchema(): Schema {
  return {
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {
      description: { description: 'What the role is for.', type: 'string' },
      dependencies: {
        description: 'Roles that run before this one.',
        type: ['array', 'null'],
        items: { $ref: '#/definitions/role' },
      },
      arguments: {
        description: 'The arguments of the role, checked for each host before the first connection.',
        type: 'object',
        additionalProperties: { $ref: '#/definitions/argument' },
      },
      argument_specs: {
        description: "The same in Ansible's form; its entry point main counts.",
        type: 'object',
      },
      allow_duplicates: { description: 'Whether the role runs again at each use.', type: 'boolean' },
      galaxy_info: { description: 'For Ansible Galaxy; not used.', type: 'object' },
      collections: { description: 'For Ansible; not used.', type: 'array' },
    },
    definitions: { role: roleUse(), argument: argument() },
  };
}

function argument(): Schema {
  const types = ['string', 'integer', 'number', 'boolean', 'list', 'map', 'ipv4', 'ipv4_network', 'any'];
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      type: { description: 'What the value must be; any by default.', enum: types },
      elements: { description: 'What each element of a list must be.', enum: types.filter((one) => one !== 'list') },
      description: { description: 'What the argument is for.', type: 'string' },
      required: { description: 'Whether a use of the role must give it.', type: 'boolean' },
      choices: { description: 'The values that are possible.', type: 'array' },
    },
  };
}
