import { SpanType } from '../entities/attributes.js';
import { type Anything, methodDecorator, type TracedMethodDecorator } from './method-decorator.js';
import { checkOptions, type LLMOptions } from './options.js';
import { traceMethod } from './trace-method.js';

/**
 * Each call of the method becomes an LLM span: messages, answer or exception, latency, model and token usage. The tokens are
 * read off the result, or off a stream's chunks as they pass, in every shape that `readTokenUsage` knows.
 *
 * @throws {TypeError} at decoration, on anything but a method and for options it does not know.
 * @example
 * ```ts
 * class Writer {
 *   @TracedLLM({ model: 'gpt-4o-mini', provider: 'openai' })
 *   write(input: string) { return openai.responses.create({ model: 'gpt-4o-mini', input }); }
 * }
 * ```
 */
export function TracedLLM<Args extends readonly unknown[] = Anything[], Output = Anything>(
  options: LLMOptions<Args, Output> = {},
  ...rest: never[]
): TracedMethodDecorator<Args, Output> {
  checkOptions('TracedLLM', [options, ...rest]);
  return methodDecorator('TracedLLM', (method, place) =>
    traceMethod(method, place, { type: SpanType.llm, options, isModelCall: true }),
  );
}
