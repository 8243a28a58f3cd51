import { active } from '../tracing/active-recorder.js';
import { agentNameOf } from '../tracing/capture/class-facts.js';
import { callSuppressed } from '../tracing/contexts.js';
import type { SpanDefinition } from '../tracing/span-definition.js';
import { answerNow } from '../utils/answer-now.js';
import { chainOf } from './class-methods.js';
import type { Anything, MethodPlace } from './method-decorator.js';
import type { AgentOptions } from './options.js';

type NameOption = AgentOptions['name'];

/** How the instances of an agent's class are called: as the option says, else by their own `name`, else by their class. */
export function agentNamer(name: NameOption, className: string): (instance: object) => string {
  return (instance) => chosenName(name, instance, className) ?? ownName(instance);
}

/** What the span of an entry is called by. */
export interface EntryNaming {
  readonly name?: NameOption;
  /** What stands in place of the agent's name where the entry is called without one. */
  readonly className: () => string;
}

/** The name of an entry's span, read when the method is called: what the option says, else `<agent>.<label>`. */
export function entryNamer(label: string, { name, className }: EntryNaming): NonNullable<SpanDefinition['nameOf']> {
  return (self) => {
    // A name that is found by calling an entry would have to know itself.
    if (isNaming) return { name: label, agent: undefined };
    isNaming = true;
    try {
      const chosen = chosenName(name, self, label);
      if (chosen !== undefined) return { name: chosen, agent: chosen };
      const agent = self == null ? className() : agentNameFor(self);
      return { name: `${agent}.${label}`, agent };
    } finally {
      isNaming = false;
    }
  };
}

let isNaming = false;

/** What an agent is called: as its class was decorated, else its own `name`, else its class. */
export function agentNameFor(self: unknown): string {
  const isInstance = typeof self === 'object' && self !== null;
  return (isInstance ? agentNameOf(self) : undefined) ?? ownName(self);
}

/** What one who speaks or hears is called: an agent, or a name; `undefined` where nobody is told. */
export function participantName(participant: unknown): string | undefined {
  if (participant === undefined || participant === null) return undefined;
  return typeof participant === 'string' ? participant : agentNameFor(participant);
}

/** What the option says, if that is a name. What its callback calls is not traced. */
function chosenName(name: NameOption, self: unknown, place: string): string | undefined {
  if (typeof name !== 'function') return name === '' ? undefined : name;
  const recorder = active.current;
  try {
    const chosen: unknown =
      recorder === undefined ? name(self as Anything) : callSuppressed(recorder.contexts, () => name(self as Anything)); // the user says what it is
    answerNow(chosen);
    return isName(chosen) ? chosen : undefined;
  } catch (cause) {
    recorder?.onCallbackError(cause, `the 'name' callback of '${place}'`);
    return undefined;
  }
}

/** An object's own `name`, else that of its class. */
export function ownName(self: unknown): string {
  const { name, constructor } = (self ?? {}) as { name?: unknown; constructor?: unknown };
  return isName(name) ? name : classNameOf(constructor);
}

/** The name of a class. One that has none, as those that class decorators return, is called as what it extends. */
export function classNameOf(agentClass: unknown): string {
  for (let owner = agentClass; typeof owner === 'function'; owner = Object.getPrototypeOf(owner)) {
    const name: unknown = owner.name; // a static of that name may hold anything
    if (isName(name)) return name;
  }
  return 'agent';
}

/** Names the class a method stands in. The standard convention tells it with the first instance; `agent` until then. */
export function classNamer({ key, owner, isStatic, onInstance }: MethodPlace): () => string {
  let place = owner;
  onInstance?.(function (this: object) {
    place ??= Object.getPrototypeOf(this) as object;
  });
  if (isStatic) return () => classNameOf(owner);
  return () => classNameOf(chainOf(place).find((each) => Object.hasOwn(each, key))?.constructor);
}

export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
