import type { ExportError } from '../errors.js';
import type { DeliveryFailure } from './delivery.js';

/** What went wrong last on the way to one exporter. Only the words are kept: an error holds on to what it is about. */
export class LastFailure {
  #message: string | undefined;
  #atMs = 0;

  note(error: ExportError): void {
    this.#message = String(error.message);
    this.#atMs = Date.now();
  }

  /** `undefined` while nothing has; `hide` takes secrets out of the words. */
  read(hide: (text: string) => string): DeliveryFailure | undefined {
    return this.#message === undefined ? undefined : { message: hide(this.#message), time: new Date(this.#atMs) };
  }
}
