import type { GraphEdge, GraphNode, NodeKind, PlayGraph } from './playbook-graph.ts';

/** Returns the graph as Mermaid, which GitHub, GitLab and many editors draw. */
export function mermaid(plays: readonly PlayGraph[]): string {
  const lines = ['flowchart TD'];
  for (const { id, label, nodes, edges } of plays) {
    lines.push(`  subgraph ${id}["${inMermaid(label)}"]`, '    direction TB');
    if (nodes.length === 0) lines.push(`    ${id}n0["no tasks"]`);
    for (const node of nodes) lines.push(`    ${mermaidNode(node)}`);
    for (const edge of edges) lines.push(`    ${edge.from} ${MERMAID_ARROWS[edge.kind]} ${edge.to}`);
    lines.push('  end');
  }
  for (const [index, { id }] of plays.entries()) {
    const next = plays[index + 1];
    if (next !== undefined) lines.push(`  ${id} ==> ${next.id}`);
  }
  return `${lines.join('\n')}\n`;
}

const MERMAID_ARROWS: Readonly<Record<GraphEdge['kind'], string>> = {
  next: '-->',
  notifies: '-. notifies .->',
  needs: '-- depends on -->',
  uses: '-. uses .->',
};

const MERMAID_SHAPES: Readonly<Record<NodeKind, readonly [begin: string, end: string]>> = {
  role: ['[["', '"]]'],
  task: ['["', '"]'],
  tasks: ['["', '"]'],
  include: ['[/"', '"/]'],
  handler: ['{{"', '"}}'],
  unknown: ['(["', '"])'],
};

function mermaidNode({ id, kind, label }: GraphNode): string {
  const [begin, end] = MERMAID_SHAPES[kind];
  return `${id}${begin}${inMermaid(label)}${end}`;
}

/** Escapes characters with a meaning in Mermaid, its Markdown or HTML as numeric entities. */
function inMermaid(label: string): string {
  return label.replaceAll(/[^\p{L}\p{N}\p{M} .,:()/+=-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
}

/** Returns the graph in the language of Graphviz. */
export function dot(plays: readonly PlayGraph[]): string {
  const lines = [
    'digraph playbook {',
    '  compound=true; rankdir=TB;',
    '  node [shape=box, fontname="sans-serif"]; edge [fontname="sans-serif", fontsize=10];',
  ];
  for (const { id, label, nodes, edges } of plays) {
    lines.push(`  subgraph cluster_${id} {`, `    label=${quoted(label)}; fontname="sans-serif";`);
    if (nodes.length === 0) lines.push(`    ${id}n1 [label="no tasks"];`);
    for (const node of nodes)
      lines.push(`    ${node.id} [label=${quoted(node.label)}, shape=${DOT_SHAPES[node.kind]}];`);
    for (const edge of edges) lines.push(`    ${edge.from} -> ${edge.to}${DOT_EDGES[edge.kind]};`);
    lines.push('  }');
  }
  for (const [index, play] of plays.entries()) {
    const next = plays[index + 1];
    if (next === undefined) continue;
    const last = play.nodes.findLast(({ kind }) => kind !== 'handler' && kind !== 'unknown')?.id ?? `${play.id}n1`;
    lines.push(`  ${last} -> ${next.id}n1 [ltail=cluster_${play.id}, lhead=cluster_${next.id}, penwidth=2];`);
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

const DOT_EDGES: Readonly<Record<GraphEdge['kind'], string>> = {
  next: '',
  notifies: ' [style=dashed, label="notifies"]',
  needs: ' [style=dotted, label="depends on"]',
  uses: ' [style=dotted, label="uses"]',
};

const DOT_SHAPES: Readonly<Record<NodeKind, string>> = {
  role: 'component',
  task: 'box',
  tasks: 'box',
  include: 'parallelogram',
  handler: 'hexagon',
  unknown: 'ellipse',
};

function quoted(label: string): string {
  return `"${label.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
