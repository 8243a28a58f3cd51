import { chooseExperiment, type ExperimentChoice } from './experiments.js';
import type { MlflowHttp } from './mlflow-http.js';

/** One that is deleted meanwhile a server does not tell of: it goes on taking traces for it, and hides them. */
const maxAgeMs = 5 * 60_000;

/** The id of the experiment that traces go to. Asked for with the first of them, and from time to time: it may be deleted or made anew. */
export class ExperimentLookup {
  readonly #http: MlflowHttp;
  readonly #choice: ExperimentChoice;
  readonly #now: () => number;
  #id: Promise<string> | undefined;
  #askedMs = 0;

  constructor(http: MlflowHttp, choice: ExperimentChoice, now: () => number) {
    this.#http = http;
    this.#choice = choice;
    this.#now = now;
  }

  /** Where that failed, it is asked for again the next time. */
  id(signal?: AbortSignal): Promise<string> {
    if (this.#now() - this.#askedMs >= maxAgeMs) this.forget();
    this.#id ??= this.#ask(signal);
    return this.#id;
  }

  forget(): void {
    this.#id = undefined;
  }

  async #ask(signal: AbortSignal | undefined): Promise<string> {
    this.#askedMs = this.#now();
    try {
      return await chooseExperiment(this.#http, this.#choice, signal);
    } catch (error) {
      this.forget();
      throw error;
    }
  }
}
