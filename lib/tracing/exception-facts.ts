/** What can be told of something that was thrown, read without letting it throw again. */
export interface ExceptionFacts {
  readonly type: string;
  readonly message: string;
  /** The stack, and below it that of each cause and of each error an AggregateError holds. */
  readonly stack: string;
  /** `Type: message` of each cause, the nearest first. */
  readonly causes: readonly string[];
  /** `Type: message` of each error that an AggregateError holds. */
  readonly errors: readonly string[];
}

const maxCauses = 10;
const maxErrors = 10;

/** Facts of anything that can be thrown: errors, values, frozen or revoked objects. Never throws. */
export function exceptionFacts(thrown: unknown): ExceptionFacts {
  const causes = causesOf(thrown);
  const errors = errorsOf(thrown);
  const stacks = [
    stackOf(thrown),
    ...errors.map((error, index) => `[errors.${index}] ${stackOf(error)}`),
    ...causes.map((cause) => `Caused by: ${stackOf(cause)}`),
  ];
  return {
    type: typeOf(thrown),
    message: messageOf(thrown),
    stack: stacks.join('\n'),
    causes: causes.map(describe),
    errors: errors.map(describe),
  };
}

/** `Type: message`, or the type alone where there is no message. */
export function describe(thrown: unknown): string {
  const message = messageOf(thrown);
  return message === '' ? typeOf(thrown) : `${typeOf(thrown)}: ${message}`;
}

function typeOf(thrown: unknown): string {
  if (!isObject(thrown)) return thrown === null ? 'null' : typeof thrown;
  const name = read(thrown, 'name');
  // Many error classes never set `name`; then the class says more.
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name;
  const constructorName = read(read(thrown, 'constructor'), 'name');
  return typeof constructorName === 'string' && constructorName !== '' ? constructorName : 'Error';
}

function messageOf(thrown: unknown): string {
  if (!isObject(thrown)) return typeof thrown === 'symbol' ? thrown.toString() : `${thrown}`;
  const message = read(thrown, 'message');
  return typeof message === 'string' ? message : '';
}

function stackOf(thrown: unknown): string {
  const stack = isObject(thrown) ? read(thrown, 'stack') : undefined;
  return typeof stack === 'string' && stack !== '' ? stack : describe(thrown);
}

function causesOf(thrown: unknown): unknown[] {
  const causes: unknown[] = [];
  let next = read(thrown, 'cause');
  while (next !== undefined && next !== thrown && causes.length < maxCauses && !causes.includes(next)) {
    causes.push(next);
    next = read(next, 'cause');
  }
  return causes;
}

function errorsOf(thrown: unknown): unknown[] {
  const errors = read(thrown, 'errors');
  try {
    return Array.isArray(errors) ? errors.slice(0, maxErrors) : [];
  } catch {
    return [];
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** A property of whatever it may be; `undefined` where there is none, or where a getter or a proxy throws. */
function read(value: unknown, key: string): unknown {
  if (!isObject(value)) return undefined;
  try {
    return Reflect.get(value, key) as unknown;
  } catch {
    return undefined;
  }
}
