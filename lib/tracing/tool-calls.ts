import { parseJson } from '../utils/parse-json.js';
import { isRecord } from '../utils/records.js';
import { fitOf } from './fit-arguments.js';
import type { ToolCallPart } from './tool-call-parts.js';

/** Calls that nobody has executed yet are forgotten past this number, the oldest first. */
const maxAsked = 100;

/** Arguments that come in pieces are not compared past this number of characters. */
const maxJoined = 100_000;

/** A call of a tool that a model has asked for, or is about to. */
interface AskedToolCall {
  readonly id: string;
  readonly name: string;
  /** `undefined` where they are not known, or not yet. */
  readonly args: unknown;
  /** The pieces of the arguments so far. */
  text: string;
  readonly index: unknown;
  readonly speaker: string;
}

/** The tool calls that the models of a trace have asked for, until a tool is called that fits one. */
export class AskedToolCalls {
  readonly #calls: AskedToolCall[] = [];

  /** `speaker` is the span of the model: those of several may stream at the same time. */
  add(parts: readonly ToolCallPart[], speaker: string): void {
    for (const part of parts) {
      const begun = this.#begun(part, speaker);
      if (begun === undefined) this.#begin(part, speaker);
      else if (begun.text.length <= maxJoined) begun.text += part.piece;
    }
  }

  /** The id of the call that a tool's call answers: by the tool's name and the arguments, or by the name where those are unknown. */
  take(name: string, inputs: string | undefined): string | undefined {
    const named = this.#calls.filter((call) => call.name === name);
    if (named.length === 0) return undefined;
    const call = answered(named, inputs === undefined ? undefined : parseJson(inputs));
    if (call !== undefined) this.#calls.splice(this.#calls.indexOf(call), 1);
    return call?.id;
  }

  /** Some providers say the id with the first piece alone, some with each. */
  #begun({ id, index, piece }: ToolCallPart, speaker: string): AskedToolCall | undefined {
    if (piece === undefined) return undefined;
    return this.#calls.findLast(
      (call) => call.speaker === speaker && (id === undefined ? call.index === index : call.id === id),
    );
  }

  /** What was known under the same id is replaced: streams say a call again when it is whole, and so does a client around one. */
  #begin({ id, name, args, piece = '', index }: ToolCallPart, speaker: string): void {
    if (id === undefined || name === undefined) return;
    const known = this.#calls.findIndex((call) => call.id === id);
    if (known !== -1) this.#calls.splice(known, 1);
    this.#calls.push({ id, name, args, text: piece, index, speaker });
    if (this.#calls.length > maxAsked) this.#calls.shift();
  }
}

/** A call with other arguments is none that the model asked for: no id is better than a wrong one. */
function answered(calls: readonly AskedToolCall[], got: unknown): AskedToolCall | undefined {
  let best: AskedToolCall | undefined;
  let bestFit = -1;
  for (const call of calls) {
    const asked = argumentsOf(call);
    if (asked === undefined || !isRecord(got)) {
      if (calls.length === 1) return call;
      continue;
    }
    const fit = fitOf(asked, got);
    if (fit <= bestFit) continue;
    best = call;
    bestFit = fit;
  }
  return best;
}

function argumentsOf({ args, text }: AskedToolCall): unknown {
  return args === undefined && text.length <= maxJoined ? parseJson(text) : args;
}
