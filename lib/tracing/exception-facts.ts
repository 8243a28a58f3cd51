import { errorLine } from '../utils/error-line.js';
import { isObject, readProperty } from '../utils/read-property.js';

/** What can be told of something that was thrown, read without letting it throw again. */
export interface ExceptionFacts {
  readonly type: string;
  readonly message: string;
  /** The stack, and below it that of each cause and of each error an AggregateError holds. */
  readonly stack: string;
  /** `Type: message` of each cause, the nearest first. */
  readonly causes: readonly string[];
  /** `Type: message` of each error that an AggregateError holds, be it the exception or a cause. */
  readonly errors: readonly string[];
}

const maxCauses = 10;
const maxErrors = 10;
const maxStacks = 20;

/** Facts of anything that can be thrown: errors, values, frozen or revoked objects. Never throws. */
export function exceptionFacts(thrown: unknown): ExceptionFacts {
  const causes = causesOf(thrown);
  // A failed fetch() is a TypeError whose cause holds the errors, one for each address.
  const errors = [thrown, ...causes].flatMap(errorsOf).slice(0, maxErrors);
  return {
    type: typeOf(thrown),
    message: messageOf(thrown),
    stack: stacksOf(thrown, new Set()).join('\n'),
    causes: causes.map(describe),
    errors: errors.map(describe),
  };
}

/** The stack of an exception and of all it speaks of, each once. */
function stacksOf(thrown: unknown, seen: Set<unknown>): string[] {
  if (seen.has(thrown) || seen.size >= maxStacks) return [];
  seen.add(thrown);
  const stacks = [stackOf(thrown)];
  for (const [index, error] of errorsOf(thrown).entries()) stacks.push(...labelled(`[errors.${index}] `, error, seen));
  const cause = readProperty(thrown, 'cause');
  return cause === undefined || cause === null ? stacks : [...stacks, ...labelled('Caused by: ', cause, seen)];
}

function labelled(label: string, thrown: unknown, seen: Set<unknown>): string[] {
  const [first, ...rest] = stacksOf(thrown, seen);
  return first === undefined ? [] : [label + first, ...rest];
}

/** `Type: message`, or the type alone where there is no message. */
export function describe(thrown: unknown): string {
  return errorLine(typeOf(thrown), messageOf(thrown));
}

/** A stack in which another text stands in place of the message, also where causes repeat that. */
export function withMessage(stack: string, message: unknown, replacement: unknown): string {
  if (typeof message !== 'string' || message === '' || typeof replacement !== 'string') return stack;
  const told = stack.replaceAll(`: ${message}`, () => `: ${replacement}`); // a function: its `$` mean nothing
  return told.startsWith(message) ? replacement + told.slice(message.length) : told;
}

function typeOf(thrown: unknown): string {
  if (!isObject(thrown)) return thrown === null ? 'null' : typeof thrown;
  const name = readProperty(thrown, 'name');
  // Many error classes never set `name`; then the class says more.
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name;
  const constructorName = readProperty(readProperty(thrown, 'constructor'), 'name');
  return typeof constructorName === 'string' && constructorName !== '' ? constructorName : 'Error';
}

function messageOf(thrown: unknown): string {
  if (!isObject(thrown)) return typeof thrown === 'symbol' ? thrown.toString() : `${thrown}`;
  const message = readProperty(thrown, 'message');
  return typeof message === 'string' ? message : '';
}

function stackOf(thrown: unknown): string {
  const stack = isObject(thrown) ? readProperty(thrown, 'stack') : undefined;
  return typeof stack === 'string' && stack !== '' ? stack : describe(thrown);
}

function causesOf(thrown: unknown): unknown[] {
  const causes: unknown[] = [];
  let next = readProperty(thrown, 'cause');
  while (
    next !== undefined &&
    next !== null &&
    next !== thrown &&
    causes.length < maxCauses &&
    !causes.includes(next)
  ) {
    causes.push(next);
    next = readProperty(next, 'cause');
  }
  return causes;
}

function errorsOf(thrown: unknown): unknown[] {
  const errors = readProperty(thrown, 'errors');
  try {
    return Array.isArray(errors) ? errors.slice(0, maxErrors) : [];
  } catch {
    return [];
  }
}
