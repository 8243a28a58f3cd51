import type { Span } from '../entities/span.js';

/** A span and where it stands. */
export interface Call {
  readonly span: Span;
  readonly type: string;
  readonly parent: Call | undefined;
}

/** A call is entered, then all within it is visited, then it is left. */
export interface Visit {
  readonly call: Call;
  readonly isEntry: boolean;
}

interface Node extends Call {
  parent: Node | undefined;
  readonly children: Node[];
}

/**
 * Entries and exits of all spans as the program made them, depth first, siblings by start. Every span is visited once:
 * orphans are roots, and a ring of spans begins at its earliest.
 */
export function visitsOf(spans: readonly Span[]): readonly Visit[] {
  const nodes = spans.map((span): Node => ({ span, type: span.type, parent: undefined, children: [] }));
  nodes.sort((left, right) => compareTimes(left.span.startTimeNs, right.span.startTimeNs));
  const roots = link(nodes);
  const visits: Visit[] = [];
  const seen = new Set<Node>();
  for (const root of roots) visit(root, seen, visits);
  for (const node of nodes) {
    if (seen.has(node)) continue;
    node.parent = undefined;
    visit(node, seen, visits);
  }
  return visits;
}

/** For sorting by nanoseconds. */
export function compareTimes(left: bigint, right: bigint): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Milliseconds from one moment to another, never negative. */
export function millisecondsBetween(startNs: bigint, endNs: bigint): number {
  return endNs > startNs ? Number(endNs - startNs) / 1e6 : 0;
}

/** Gives each node its parent, and returns those that have none in the trace. */
function link(nodes: readonly Node[]): readonly Node[] {
  const byId = new Map<string, Node>();
  for (const node of nodes) if (!byId.has(node.span.spanId)) byId.set(node.span.spanId, node);
  return nodes.filter((node) => {
    const { parentId } = node.span;
    node.parent = parentId === undefined ? undefined : byId.get(parentId);
    node.parent?.children.push(node);
    return node.parent === undefined;
  });
}

/** With a stack of its own: a trace may be deeper than JavaScript's. */
function visit(root: Node, seen: Set<Node>, visits: Visit[]): void {
  const open: { readonly node: Node; next: number }[] = [];
  const enter = (node: Node) => {
    seen.add(node);
    visits.push({ call: node, isEntry: true });
    open.push({ node, next: 0 });
  };
  enter(root);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const child = top.node.children[top.next++];
    if (child === undefined) {
      visits.push({ call: top.node, isEntry: false });
      open.pop();
    } else if (!seen.has(child)) enter(child);
  }
}
