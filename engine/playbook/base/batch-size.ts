import type { Node } from '../../values/base/node.ts';
import type { Value } from '../../values/base/value.ts';
import { type Fields, isTemplated, nodeKind } from './fields.ts';
import type { BatchSize, SerialTemplate } from './play.ts';

export const BATCH_SIZES =
  'Write a number of hosts, or a percentage such as "25%", or a list of them; without serial all hosts go at once.';

/** Reads `serial`: a number of hosts, a percentage, a template for one of them or for a list, or a list of all that. */
export function readBatchSizes(fields: Fields): readonly (BatchSize | SerialTemplate)[] {
  return fields.items('serial').flatMap((node) => readBatchSize(node, fields) ?? []);
}

function readBatchSize(node: Node, fields: Fields): BatchSize | SerialTemplate | undefined {
  if (node.kind !== 'scalar')
    return fields.wrongNode(node, `A step of serial cannot be ${nodeKind(node)}`, BATCH_SIZES);
  if (isTemplated(node)) {
    const value = fields.compile(node);
    return value === undefined ? undefined : { kind: 'template', value };
  }
  const { value } = node;
  const size = typeof value === 'string' || typeof value === 'number' ? batchSizeOf(value) : undefined;
  return size ?? fields.wrongNode(node, `serial cannot be ${node.source}`, BATCH_SIZES);
}

/** Returns the value as a batch size; undefined if the value is not a batch size. */
export function batchSizeOf(value: Value): BatchSize | undefined {
  const match =
    typeof value === 'string' || typeof value === 'number' ? /^(\d+(?:\.\d+)?)(%?)$/.exec(String(value).trim()) : null;
  const amount = Number(match?.[1]);
  if (match?.[2] === '%' && amount > 0 && amount <= 100) return { kind: 'percent', percent: amount };
  if (match?.[2] === '' && Number.isInteger(amount) && amount > 0) return { kind: 'hosts', count: amount };
  return undefined;
}
