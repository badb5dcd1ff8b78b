import type { Node } from '../values/node.ts';
import type { Fields } from './fields.ts';
import { nodeKind } from './fields.ts';
import type { BatchSize } from './play.ts';

/** `serial`: a number of hosts, a percentage, or a list of them. */
export function readBatchSizes(fields: Fields): readonly BatchSize[] {
  return fields.items('serial').flatMap((node) => readBatchSize(node, fields) ?? []);
}

function readBatchSize(node: Node, fields: Fields): BatchSize | undefined {
  const remedy = 'Write a number of hosts, or a percentage such as "25%", or a list of them.';
  if (node.kind !== 'scalar') return fields.wrongNode(node, `A step of serial cannot be ${nodeKind(node)}`, remedy);
  const { value } = node;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return { kind: 'hosts', count: value };
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)(%?)$/.exec(value.trim()) : null;
  const amount = Number(match?.[1]);
  if (match?.[2] === '%' && amount > 0 && amount <= 100) return { kind: 'percent', percent: amount };
  if (match?.[2] === '' && Number.isInteger(amount) && amount > 0) return { kind: 'hosts', count: amount };
  return fields.wrongNode(node, `serial cannot be ${node.source}`, remedy);
}
