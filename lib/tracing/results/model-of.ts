import { ownField, ownObject } from '../../usage/own-fields.js';
import { isHidden } from '../capture/argument-names.js';
import type { TracedCall } from '../open-call.js';

/** The model that answered, by an answer or by the chunks of one: the first says it mostly, LangChain's last. Never throws. */
export function modelAnswering(value: unknown): string | undefined {
  try {
    return Array.isArray(value) ? (modelOf(value[0]) ?? modelOf(value.at(-1))) : modelOf(value);
  } catch {
    return undefined; // a proxy may throw at any question, even whether it is an array
  }
}

/** The model that was asked: an argument called `model`, or the one that a request names. */
export function modelAsked({ args, definition: { argumentNames } }: TracedCall): string | undefined {
  const { modelIndex } = argumentNames;
  const named = modelIndex === -1 ? undefined : args[modelIndex];
  return typeof named === 'string' ? named : modelAnswering(isHidden(0, argumentNames) ? undefined : args[0]);
}

/**
 * Events of Anthropic and of OpenAI's responses hold the answer that begins with them, HTTP clients give it as `{ data }`, LangChain
 * beside what it parsed as `{ raw }`; the AWS SDK's commands hold the request.
 */
const holders = ['message', 'response', 'data', 'raw', 'input'];

/** The fields of an answer by which its model is found. */
export const modelPlaces: readonly string[] = [
  'model',
  'modelVersion',
  'modelId',
  'response_metadata',
  ...holders,
  'steps',
];

function modelOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const named = modelNamedIn(answer);
  if (named !== undefined || !mayHoldAnswer(answer)) return named;
  for (const holder of holders) {
    const held = ownObject(answer, holder);
    const model = held && modelNamedIn(held);
    if (model !== undefined) return model;
  }
  const steps = ownField(answer, 'steps'); // of the AI SDK's answers
  return Array.isArray(steps) ? modelOf(steps[0]) : undefined;
}

/** Asked of every answer: rules out most before the careful looks. */
function mayHoldAnswer(answer: object): boolean {
  return (
    'message' in answer ||
    'response' in answer ||
    'data' in answer ||
    'raw' in answer ||
    'input' in answer ||
    'steps' in answer
  );
}

/** Gemini says `modelVersion`, Bedrock `modelId`, LangChain `model_name` among what it tells of the response. */
function modelNamedIn(holder: object): string | undefined {
  if (!mayNameModel(holder)) return undefined;
  const named = ownText(holder, 'model') ?? ownText(holder, 'modelVersion') ?? ownText(holder, 'modelId');
  if (named !== undefined) return named;
  const metadata = ownObject(holder, 'response_metadata');
  return metadata && (ownText(metadata, 'model_name') ?? ownText(metadata, 'model'));
}

function mayNameModel(holder: object): boolean {
  return 'model' in holder || 'modelVersion' in holder || 'modelId' in holder || 'response_metadata' in holder;
}

function ownText(holder: object, name: string): string | undefined {
  const text = Object.hasOwn(holder, name) ? ownField(holder, name) : undefined;
  return typeof text === 'string' ? text : undefined;
}
