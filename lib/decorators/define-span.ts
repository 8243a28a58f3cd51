import { types } from 'node:util';
import { AttributeKey, type SpanType } from '../entities/attributes.js';
import type { TokenUsage } from '../entities/token-usage.js';
import { type ArgumentNames, argumentNames } from '../tracing/capture/argument-names.js';
import type { Budget, SpanDefinition } from '../tracing/span-definition.js';
import { parameterNames } from '../utils/parameter-names.js';
import { hiddenArguments, hiddenByAny } from './hidden-arguments.js';
import { markAt, markOf, type Place } from './marks.js';
import type { Callable } from './method-decorator.js';
import type { TracedOptions } from './options.js';
import { sensitiveParametersOf } from './sensitive.js';

/** What a decorator says of the spans of one method. */
export interface SpanDescription {
  readonly type: SpanType;
  readonly key: PropertyKey;
  /** The method's name where the function itself does not have it. */
  readonly functionName: string;
  readonly options: SpanOptions;
  /** Where the function stands, if it is a method. */
  readonly place?: Place;
  readonly isModelCall?: boolean;
  readonly entry?: 'explicit' | 'implicit';
  readonly nameOf?: SpanDefinition['nameOf'];
  readonly conversation?: SpanDefinition['conversation'];
  readonly message?: SpanDefinition['message'];
}

/** The options of any decorator. What its callbacks take is the business of the method they were written for. */
export interface SpanOptions extends Omit<TracedOptions, 'attributes'> {
  readonly attributes?: (facts: never) => Readonly<Record<string, unknown>> | undefined;
  readonly model?: string;
  readonly provider?: string;
  readonly budget?: Budget;
  readonly usage?: (result: never) => Partial<TokenUsage> | undefined;
}

/** Works out once, at decoration, all that each call's span needs. */
export function defineSpan(fn: Callable, description: SpanDescription): SpanDefinition {
  const { options, type, functionName, place } = description;
  // What another of our decorators below keeps out of traces stays out.
  const inner = (place === undefined ? markOf(fn) : markAt(place, fn))?.definition;
  return {
    type,
    typeText: JSON.stringify(type),
    functionName,
    functionNameText: JSON.stringify(functionName),
    name: options.name ?? (description.nameOf === undefined ? functionName : undefined),
    nameOf: description.nameOf,
    argumentNames: namesOf(fn, inner, description),
    captureInputs: options.captureInputs ?? inner?.captureInputs ?? true,
    captureOutputs: options.captureOutputs ?? inner?.captureOutputs ?? true,
    constants: constantsOf(options),
    messageFormatText: options.messageFormat === undefined ? undefined : JSON.stringify(options.messageFormat),
    attributes: options.attributes as SpanDefinition['attributes'], // typed for the user's method, called with its values
    usage: options.usage as SpanDefinition['usage'], // likewise
    isModelCall: description.isModelCall ?? false,
    isModelKnown: options.model !== undefined,
    isAsync: types.isAsyncFunction(fn),
    isNative: false,
    entry: description.entry,
    conversation: description.conversation,
    message: description.message,
    budget: options.budget,
    key: description.key,
  };
}

function namesOf(fn: Callable, inner: SpanDefinition | undefined, { options, place }: SpanDescription): ArgumentNames {
  const read = parameterNames(markOf(fn)?.target ?? fn);
  const names = options.argNames ?? read.names;
  // Names for the single values of a rest parameter: then it is no rest any more.
  const restIndex = names.length > read.restIndex + 1 ? -1 : read.restIndex;
  const hidden = hiddenByAny([
    hiddenArguments(options.sensitive ?? [], { given: options.argNames ?? [], read }),
    ...sensitiveParametersOf(place?.owner ?? fn, place?.key),
    ...(inner === undefined ? [] : [inner.argumentNames]),
  ]);
  return argumentNames(names, { restIndex, ...hidden });
}

function constantsOf({ model, provider }: SpanOptions): SpanDefinition['constants'] {
  const constants: [string, string][] = [];
  if (model !== undefined) constants.push([AttributeKey.model, JSON.stringify(model)]);
  if (provider !== undefined) constants.push([AttributeKey.provider, JSON.stringify(provider)]);
  return constants;
}
