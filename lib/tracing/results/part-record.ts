import { AttributeKey } from '../../entities/attributes.js';
import { ownField, ownObject } from '../../usage/own-fields.js';
import { StreamRecord } from './stream-record.js';

/** What a span keeps of the stream behind a result of the AI SDK's, whose chunks may carry the parts that the program sees. */
export class PartRecord extends StreamRecord {
  #isInStep = false;

  override add(chunk: unknown): void {
    if (typeof chunk !== 'object' || chunk === null) return super.add(chunk);
    const wrapped = ownObject(chunk, 'part');
    const part = wrapped ?? chunk;
    super.add(part);
    this.noteFailure(part); // of whatever type the span is
    this.#noteProgress(ownField(part, 'type'), wrapped !== undefined);
  }

  /**
   * The promises of the result settle before the stream is closed: whoever awaits one must find the span ended. A failure within a
   * step is followed by the end of the step, with its usage.
   */
  #noteProgress(type: unknown, hasSteps: boolean): void {
    if (type === 'start-step') this.#isInStep = true;
    else if (type === 'finish-step') this.#isInStep = false;
    else if (type === 'abort') this.span.setAttribute(AttributeKey.streamCancelled, true);
    this.isComplete = type === 'finish' || type === 'abort' || (type === 'error' && hasSteps && !this.#isInStep);
  }
}
