import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { textOf } from '../functions/arguments.ts';
import type { Helper } from './helper.ts';

export const encodingHelpers: readonly Helper[] = [
  {
    name: 'json',
    summary: 'The value as JSON in one line.',
    example: ['{{json labels}}', '{"tier":"db","zone":"a"}'],
    arity: [1, 1],
    secrets: 'embedded',
    run: ([value = null]) => JSON.stringify(value),
  },
  {
    name: 'to_nice_json',
    summary: 'The value as JSON, with one line for each member and an indentation of two spaces.',
    example: ['{{to_nice_json members}}', '[\n  "c",\n  "a",\n  "b"\n]'],
    arity: [1, 1],
    secrets: 'embedded',
    run: ([value = null]) => JSON.stringify(value, null, 2),
  },
  {
    name: 'yaml',
    summary:
      'The value as YAML, without a line end at the end. Programs that read YAML 1.1, such as Kubernetes, understand it too.',
    example: ['{{yaml labels}}', 'tier: db\nzone: a'],
    arity: [1, 1],
    secrets: 'embedded',
    run: ([value = null]) =>
      stringify(value, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }).replace(/\n$/, ''),
  },
  {
    name: 'sha256',
    summary: 'The SHA-256 digest of the text (UTF-8), in hexadecimal.',
    example: ['{{sha256 ""}}', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    arity: [1, 1],
    secrets: 'derived',
    run: ([text]) => createHash('sha256').update(textOf(text)).digest('hex'),
  },
];
