import { init, traceAgent, traceLLM, traceToLine, traceTool } from 'traced-agents';

/* With an exporter that does nothing (wall) and, for CPU, one that makes the bytes of a trace file. */
export async function setUp({ toBytes }) {
  let bytes = 0;
  const exporter = {
    name: 'bench',
    delivery: 'inline',
    export(traces) {
      if (toBytes) for (const trace of traces) bytes += Buffer.byteLength(traceToLine(trace));
    },
  };
  const tracing = init({ exporters: [exporter] });
  return {
    ...wrappers(),
    flush: async () => {
      await tracing.flush();
      return bytes;
    },
  };
}

export const bare = async () => ({ ...wrappers(), flush: async () => 0 });

function wrappers() {
  return {
    agent: (name, fn) => traceAgent(fn, { name }),
    llm: (name, fn) => traceLLM(fn, { name }),
    tool: (name, fn) => traceTool(fn, { name }),
    stream: (name, fn) => traceTool(fn, { name }),
  };
}
