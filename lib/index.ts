/**
 * Decorators that trace the agents you write yourself: turns, LLM calls, tool calls, tokens.
 *
 * @module
 */
export type {
  AgentSummary,
  Conversation,
  Failure,
  Message,
  TokenColumn,
  TokenMatrix,
  TokenRow,
  ToolCall,
  Turn,
} from './conversation/conversation.js';
export { conversationOf } from './conversation/conversation-of.js';
export { conversationsOf, type SessionConversations } from './conversation/conversations-of.js';
export { toMermaid } from './conversation/to-mermaid.js';
export type { ConversationOptions, MessageOptions } from './decorators/conversation-options.js';
export { type Instrumentation, instrument } from './decorators/instrument.js';
export type { TracedMethodDecorator } from './decorators/method-decorator.js';
export type { AgentMethodOptions, AgentOptions, LLMOptions, ToolOptions, TracedOptions } from './decorators/options.js';
export { Sensitive, type SensitiveDecorator } from './decorators/sensitive.js';
export { type RecordedMessage, recordMessage, traceConversation } from './decorators/trace-conversation.js';
export { traceAgent, traceLLM, traceTool } from './decorators/trace-function.js';
export { TracedAgent, type TracedAgentDecorator } from './decorators/traced-agent.js';
export { TracedConversation } from './decorators/traced-conversation.js';
export { TracedLLM } from './decorators/traced-llm.js';
export { TracedMessage } from './decorators/traced-message.js';
export { TracedTool } from './decorators/traced-tool.js';
export { Untraced } from './decorators/untraced.js';
export { type WithSpanOptions, withSpan } from './decorators/with-span.js';
export { AttributeKey, type AttributeTexts, SpanType, TraceKey } from './entities/attributes.js';
export type { Cost } from './entities/cost.js';
export { Span, type SpanFields, type SpanLink } from './entities/span.js';
export { type EventAttributeValue, SpanEvent } from './entities/span-event.js';
export type { SpanStatus } from './entities/span-status.js';
export type { TokenUsage } from './entities/token-usage.js';
export { Trace } from './entities/trace.js';
export { TraceData } from './entities/trace-data.js';
export { TraceInfo, type TraceInfoFields, type TraceState } from './entities/trace-info.js';
export { traceToLine } from './entities/trace-line.js';
export {
  BudgetExceededError,
  CallbackError,
  ConfigurationError,
  ExportError,
  RejectedTracesError,
  TraceFormatError,
  TracingError,
} from './errors.js';
export { ConsoleExporter, type ConsoleExporterOptions, type Verbosity } from './exporters/console/console-exporter.js';
export type { ConsoleStream } from './exporters/console/terminal.js';
export type { ExportContext, TraceExporter, TraceLines, TraceQuery, TraceReader } from './exporters/exporter.js';
export { FileExporter, type FileExporterOptions } from './exporters/file/file-exporter.js';
export { type BadLine, isBadLine, type ReadTraceFileOptions, readTraceFile } from './exporters/file/read-trace-file.js';
export { InMemoryExporter, type InMemoryExporterOptions } from './exporters/in-memory-exporter.js';
export type { Assessment, AssessmentKind, AssessmentUpdate } from './exporters/mlflow/assessments.js';
export type { Experiment } from './exporters/mlflow/experiments.js';
export { MlflowClient, type MlflowClientOptions } from './exporters/mlflow/mlflow-client.js';
export {
  type FailedRequest,
  MlflowAuthError,
  MlflowCertificateError,
  MlflowError,
  MlflowHostError,
  MlflowNetworkError,
  MlflowNotFoundError,
  MlflowPermissionError,
  MlflowRateLimitError,
  MlflowRequestError,
  MlflowServerError,
  MlflowTimeoutError,
  MlflowTooLargeError,
} from './exporters/mlflow/mlflow-errors.js';
export { MlflowExporter, type MlflowExporterOptions } from './exporters/mlflow/mlflow-exporter.js';
export type { StoredAssessment } from './exporters/mlflow/stored-assessments.js';
export type {
  LabelCondition,
  NumberCondition,
  SpanFilter,
  TextCondition,
  TraceFilter,
  TraceSearch,
} from './exporters/mlflow/trace-filter.js';
export {
  type RefusedTrace,
  type SendTracesOptions,
  type SentTraces,
  sendTraces,
} from './exporters/spool/send-traces.js';
export { disable, enable, flush, getTrace, type InitOptions, init, searchTraces, shutdown, stats } from './init.js';
export {
  getBudgetSignal,
  getCurrentSpan,
  getLastActiveTraceId,
  updateCurrentTrace,
  withSession,
} from './tracing/current.js';
export type { DeliveryFailure, DeliveryStats } from './tracing/delivery.js';
export type { LiveSpan } from './tracing/live-span.js';
export type { TraceCounts } from './tracing/recorder.js';
export type { Budget, CallFacts } from './tracing/span-definition.js';
export type { SessionScope } from './tracing/surroundings.js';
export type { KeepOptions } from './tracing/tail-sampling.js';
export type { TraceUpdate } from './tracing/trace-update.js';
export type { Tracing, TracingStats } from './tracing/tracing.js';
export { readTokenUsage } from './usage/read-token-usage.js';
