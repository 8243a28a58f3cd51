import { type InitOptions, InMemoryExporter, init, type Span, type Trace } from 'traced-agents';

/** Switches tracing on with a memory for its only exporter, and returns that. */
export function recordInMemory(options: Omit<InitOptions, 'exporters'> = {}): InMemoryExporter {
  const memory = new InMemoryExporter();
  init({ exporters: [memory], ...options });
  return memory;
}

/** A trace as nested lists of `name` or `name[children]`, in the order in which the spans began. */
export function treeOf(trace: Trace | undefined): string {
  if (trace === undefined) return 'no trace';
  const { spans } = trace.data;
  const write = (span: Span): string => {
    const children = spans.filter((child) => child.parentId === span.spanId).map(write);
    return children.length === 0 ? span.name : `${span.name}[${children.join(' ')}]`;
  };
  const ids = new Set(spans.map((span) => span.spanId));
  return spans
    .filter((span) => span.parentId === undefined || !ids.has(span.parentId))
    .map(write)
    .join(' | ');
}

/** The one span of that name. */
export function spanNamed(memory: InMemoryExporter, name: string): Span {
  const found = memory.traces
    .flatMap((trace): readonly Span[] => trace.data.spans)
    .filter((span) => span.name === name);
  const [span] = found;
  if (span === undefined || found.length > 1) throw new Error(`There are ${found.length} spans called '${name}'.`);
  return span;
}

/** A moment of real time. */
export function later(ms = 1): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
