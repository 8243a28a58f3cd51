import { SpanType } from '../entities/attributes.js';
import { Memo } from '../utils/memo.js';
import { readProperty } from '../utils/read-property.js';
import { argumentNames } from './capture/argument-names.js';
import type { SpanDefinition } from './span-definition.js';

/**
 * What the GenAI conventions and the AI SDK call an operation, and OpenInference a kind of span, in MLflow's words. The AI SDK's whole
 * answers, in one or more calls of the model, are no calls themselves.
 */
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
  'ai.generateText': SpanType.chain,
  'ai.generateText.doGenerate': SpanType.llm,
  'ai.streamText': SpanType.chain,
  'ai.streamText.doStream': SpanType.llm,
  'ai.generateObject': SpanType.chain,
  'ai.generateObject.doGenerate': SpanType.llm,
  'ai.streamObject': SpanType.chain,
  'ai.streamObject.doStream': SpanType.llm,
  'ai.toolCall': SpanType.tool,
  'ai.embed': SpanType.embedding,
  'ai.embed.doEmbed': SpanType.embedding,
  'ai.embedMany': SpanType.embedding,
  'ai.embedMany.doEmbed': SpanType.embedding,
  'ai.rerank': SpanType.reranker,
  'ai.rerank.doRerank': SpanType.reranker,
};

/** Programs may name types of their own. */
const definitions = new Memo(makeDefinition, { maxKeys: 100, longestKey: 100 });

/** The definition of a span that was not made by a decorator: only its type is known. */
export function definitionOfType(type: SpanType): SpanDefinition {
  return definitions.get(type);
}

/** The definition of a span that a library made by OpenTelemetry's API, by the attributes it begins with. */
export function nativeDefinition(attributes: unknown): SpanDefinition {
  for (const key of operationKeys) {
    const operation = readProperty(attributes, key);
    if (typeof operation === 'string' && Object.hasOwn(typeOfOperation, operation))
      return definitionOfType(typeOfOperation[operation] ?? SpanType.unknown);
  }
  return definitionOfType(SpanType.unknown);
}

const operationKeys = ['gen_ai.operation.name', 'openinference.span.kind', 'ai.operationId'];

function makeDefinition(type: string): SpanDefinition {
  return {
    type: type as SpanType, // as it was asked for
    typeText: JSON.stringify(type),
    functionName: '',
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
}
