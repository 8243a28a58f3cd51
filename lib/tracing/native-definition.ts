import { SpanType } from '../entities/attributes.js';
import { readProperty } from '../utils/read-property.js';
import { argumentNames } from './capture/argument-names.js';
import type { SpanDefinition } from './span-definition.js';

/** What the GenAI conventions call an operation, and OpenInference a kind of span, in MLflow's words. */
const typeOfOperation: Readonly<Record<string, SpanType>> = {
  chat: SpanType.chatModel,
  generate_content: SpanType.llm,
  text_completion: SpanType.llm,
  invoke_agent: SpanType.agent,
  create_agent: SpanType.agent,
  invoke_workflow: SpanType.workflow,
  execute_tool: SpanType.tool,
  embeddings: SpanType.embedding,
  retrieval: SpanType.retriever,
  LLM: SpanType.llm,
  AGENT: SpanType.agent,
  TOOL: SpanType.tool,
  CHAIN: SpanType.chain,
  RETRIEVER: SpanType.retriever,
  EMBEDDING: SpanType.embedding,
  RERANKER: SpanType.reranker,
};

const byType = new Map<string, SpanDefinition>();
const maxDefinitions = 100;

/** The definition of a span that was not made by a decorator: only its type is known. */
export function definitionOfType(type: SpanType, functionName?: string): SpanDefinition {
  const key = `${type}/${functionName ?? ''}`;
  const known = byType.get(key);
  if (known !== undefined) return known;
  const definition: SpanDefinition = {
    type,
    typeText: JSON.stringify(type),
    functionName: functionName ?? '',
    functionNameText: undefined,
    name: undefined,
    nameOf: undefined,
    argumentNames: argumentNames([], {}),
    captureInputs: false,
    captureOutputs: true,
    constants: [],
    messageFormatText: undefined,
    attributes: undefined,
    usage: undefined,
    isModelCall: type === SpanType.llm || type === SpanType.chatModel,
    isModelKnown: false,
    isAsync: false,
    isNative: true,
    entry: type === SpanType.agent ? 'explicit' : undefined,
    conversation: undefined,
    message: undefined,
    budget: undefined,
    key: Symbol(type),
  };
  if (byType.size < maxDefinitions) byType.set(key, definition);
  return definition;
}

/** The definition of a span that a library made by OpenTelemetry's API, by the attributes it begins with. */
export function nativeDefinition(attributes: unknown): SpanDefinition {
  const operation =
    readProperty(attributes, 'gen_ai.operation.name') ?? readProperty(attributes, 'openinference.span.kind');
  return definitionOfType(
    typeof operation === 'string' && Object.hasOwn(typeOfOperation, operation)
      ? (typeOfOperation[operation] ?? SpanType.unknown)
      : SpanType.unknown,
  );
}
