import { SpanType } from '../entities/attributes.js';
import { type Anything, methodDecorator, type TracedMethodDecorator } from './method-decorator.js';
import { checkOptions, type ToolOptions } from './options.js';
import { traceMethod } from './trace-method.js';

/**
 * Each call of the method becomes a TOOL span: arguments, result or exception, latency.
 *
 * @throws {TypeError} at decoration, on anything but a method and for options it does not know.
 * @example
 * ```ts
 * class Weather {
 *   @TracedTool({ name: 'get_weather', sensitive: ['apiKey'] })
 *   async forecast(city: string, apiKey: string) { return `Sunny in ${city}`; }
 * }
 * ```
 */
export function TracedTool<Args extends readonly unknown[] = Anything[], Output = Anything>(
  options: ToolOptions<Args, Output> = {},
  ...rest: never[]
): TracedMethodDecorator<Args, Output> {
  checkOptions('TracedTool', [options, ...rest]);
  return methodDecorator('TracedTool', (method, place) => traceMethod(method, place, { type: SpanType.tool, options }));
}
