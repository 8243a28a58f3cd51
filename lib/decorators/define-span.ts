import { AttributeKey, type SpanType } from '../entities/attributes.js';
import type { TokenUsage } from '../entities/token-usage.js';
import { type ArgumentNames, argumentNames } from '../tracing/capture/argument-names.js';
import type { SpanDefinition } from '../tracing/span-definition.js';
import { parameterNames } from '../utils/parameter-names.js';
import type { Callable } from './method-decorator.js';
import type { TracedOptions } from './options.js';

/** What a decorator says of the spans of one method. */
export interface SpanDescription {
  readonly type: SpanType;
  readonly key: PropertyKey;
  /** The method's name where the function itself does not have it. */
  readonly functionName: string;
  readonly options: SpanOptions;
  /** Positions of arguments that `@Sensitive` stands before. */
  readonly sensitivePositions?: readonly number[];
  readonly isModelCall?: boolean;
  readonly entry?: 'explicit' | 'implicit';
  readonly nameOf?: SpanDefinition['nameOf'];
}

/** The options of any decorator. What its callbacks take is the business of the method they were written for. */
export interface SpanOptions extends Omit<TracedOptions, 'attributes'> {
  readonly attributes?: (facts: never) => Readonly<Record<string, unknown>> | undefined;
  readonly model?: string;
  readonly provider?: string;
  readonly usage?: (result: never) => Partial<TokenUsage> | undefined;
}

/** Works out once, at decoration, all that each call's span needs. */
export function defineSpan(fn: Callable, description: SpanDescription): SpanDefinition {
  const { options, type, functionName } = description;
  return {
    type,
    typeText: JSON.stringify(type),
    functionName,
    functionNameText: JSON.stringify(functionName),
    name: options.name ?? (description.nameOf === undefined ? functionName : undefined),
    nameOf: description.nameOf,
    argumentNames: namesOf(fn, description),
    captureInputs: options.captureInputs ?? true,
    captureOutputs: options.captureOutputs ?? true,
    constants: constantsOf(options),
    attributes: options.attributes as SpanDefinition['attributes'], // typed for the user's method, called with its values
    usage: options.usage as SpanDefinition['usage'], // likewise
    isModelCall: description.isModelCall ?? false,
    isNative: false,
    entry: description.entry,
    key: description.key,
  };
}

function namesOf(fn: Callable, { options, sensitivePositions = [] }: SpanDescription): ArgumentNames {
  const read = parameterNames(fn);
  const names = options.argNames ?? read.names;
  const sensitive = [...(options.sensitive ?? []), ...sensitivePositions.map((index) => names[index] ?? `arg${index}`)];
  // Names for the single values of a rest parameter: then it is no rest any more.
  const restIndex = names.length > read.restIndex + 1 ? -1 : read.restIndex;
  return argumentNames(names, { restIndex, sensitive });
}

function constantsOf({ model, provider }: SpanOptions): SpanDefinition['constants'] {
  const constants: [string, string][] = [];
  if (model !== undefined) constants.push([AttributeKey.model, JSON.stringify(model)]);
  if (provider !== undefined) constants.push([AttributeKey.provider, JSON.stringify(provider)]);
  return constants;
}
