/**
 * Every attribute, metadata and tag key that goes over the wire, spelt as MLflow and OpenTelemetry spell them.
 * Source: MLflow 3.17 `mlflow/tracing/constant.py`; OpenTelemetry GenAI conventions.
 */
export const AttributeKey = {
  traceRequestId: 'mlflow.traceRequestId',
  spanType: 'mlflow.spanType',
  functionName: 'mlflow.spanFunctionName',
  inputs: 'mlflow.spanInputs',
  outputs: 'mlflow.spanOutputs',
  tokenUsage: 'mlflow.chat.tokenUsage',
  cost: 'mlflow.llm.cost',
  model: 'mlflow.llm.model',
  provider: 'mlflow.llm.provider',
  messageFormat: 'mlflow.message.format',
  agentName: 'gen_ai.agent.name',
  toolName: 'gen_ai.tool.name',
  toolCallId: 'gen_ai.tool.call.id',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  streamReturned: 'traced_agents.stream.returned',
  streamCancelled: 'traced_agents.stream.cancelled',
  unfinished: 'traced_agents.unfinished',
  messageFrom: 'traced_agents.message.from',
  messageTo: 'traced_agents.message.to',
  turnIndex: 'traced_agents.turn.index',
  turnChosenBy: 'traced_agents.turn.chosen_by',
  budgetExceeded: 'traced_agents.budget.exceeded',
} as const;

/** Keys of `TraceInfo.metadata` and `TraceInfo.tags` that carry a meaning of their own. */
export const TraceKey = {
  schemaVersion: 'mlflow.trace_schema.version',
  tokenUsage: 'mlflow.trace.tokenUsage',
  cost: 'mlflow.trace.cost',
  session: 'mlflow.trace.session',
  user: 'mlflow.trace.user',
  name: 'mlflow.traceName',
  run: 'mlflow.sourceRun',
  /** `'true'` where the trace left before its root had ended. */
  incomplete: 'traced_agents.incomplete',
  /** Why a trace was kept that `sampleRatio` had left out: `error`, `slow`, `tokens`, `cost` or `when` (see `KeepOptions`). */
  keptFor: 'traced_agents.kept_for',
} as const;

/** What a span is, in MLflow's words. Any other text is allowed, too. */
export const SpanType = {
  agent: 'AGENT',
  tool: 'TOOL',
  llm: 'LLM',
  chatModel: 'CHAT_MODEL',
  chain: 'CHAIN',
  workflow: 'WORKFLOW',
  task: 'TASK',
  retriever: 'RETRIEVER',
  embedding: 'EMBEDDING',
  reranker: 'RERANKER',
  parser: 'PARSER',
  memory: 'MEMORY',
  guardrail: 'GUARDRAIL',
  evaluator: 'EVALUATOR',
  unknown: 'UNKNOWN',
} as const;

/** One of MLflow's span types, or a text of one's own. */
export type SpanType = (typeof SpanType)[keyof typeof SpanType] | (string & {});

/** Attributes as MLflow stores them: each value is JSON text. */
export type AttributeTexts = Readonly<Record<string, string>>;

/** The attributes that (nearly) every span has, as JSON texts. */
export interface BasicAttributeTexts {
  readonly traceRequestId: string;
  readonly type: string;
  readonly functionName: string | undefined;
  readonly inputs: string | undefined;
  readonly outputs: string | undefined;
}

/** The start of a span's attributes: a literal, so that all spans of one kind share one hidden class. */
export function basicAttributes(texts: BasicAttributeTexts): Record<string, string> {
  const attributes: Record<string, string> = {
    'mlflow.traceRequestId': texts.traceRequestId,
    'mlflow.spanType': texts.type,
  };
  if (texts.functionName !== undefined) attributes['mlflow.spanFunctionName'] = texts.functionName;
  if (texts.inputs !== undefined) attributes['mlflow.spanInputs'] = texts.inputs;
  if (texts.outputs !== undefined) attributes['mlflow.spanOutputs'] = texts.outputs;
  return attributes;
}
