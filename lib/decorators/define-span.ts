import { AttributeKey, type SpanType } from '../entities/attributes.js';
import type { TokenUsage } from '../entities/token-usage.js';
import { type ArgumentFacts, type ArgumentNames, argumentNames } from '../tracing/capture/argument-names.js';
import type { SpanDefinition } from '../tracing/span-definition.js';
import { type ParameterNames, parameterNames } from '../utils/parameter-names.js';
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
  // Names for the single values of a rest parameter: then it is no rest any more.
  const restIndex = names.length > read.restIndex + 1 ? -1 : read.restIndex;
  const hidden = [...(options.sensitive ?? []).map((name) => positionOf(name, names, read)), ...sensitivePositions];
  return argumentNames(names, { restIndex, ...hiddenPositions(hidden, read.restIndex) });
}

/** A rest parameter stands for all positions from its own on. */
function hiddenPositions(positions: readonly number[], restIndex: number): ArgumentFacts {
  if (positions.includes(unknown)) return { sensitiveFrom: 0 };
  const isRestHidden = restIndex !== -1 && positions.some((position) => position >= restIndex);
  return isRestHidden ? { sensitive: positions, sensitiveFrom: restIndex } : { sensitive: positions };
}

/** Nobody knows which argument is meant: minified or misspelt, bound or wrapped. Then none may be shown. */
const unknown = -1;

function positionOf(sensitive: string, names: readonly (string | undefined)[], read: ParameterNames): number {
  const named = names.indexOf(sensitive);
  if (named !== -1) return named;
  const position = /^arg(\d+)$/.exec(sensitive)?.[1];
  if (position !== undefined) return Number(position);
  const own = read.names.indexOf(sensitive);
  // A key of a destructured parameter hides the whole argument.
  return own === -1 ? read.texts.findIndex((text) => wordsOf(text).includes(sensitive)) : own;
}

function wordsOf(parameter: string): readonly string[] {
  return /^(?:\.\.\.\s*)?[{[]/.test(parameter) ? (parameter.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? []) : [];
}

function constantsOf({ model, provider }: SpanOptions): SpanDefinition['constants'] {
  const constants: [string, string][] = [];
  if (model !== undefined) constants.push([AttributeKey.model, JSON.stringify(model)]);
  if (provider !== undefined) constants.push([AttributeKey.provider, JSON.stringify(provider)]);
  return constants;
}
