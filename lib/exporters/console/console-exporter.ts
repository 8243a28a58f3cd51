import type { Trace } from '../../entities/trace.js';
import { traceToLine } from '../../entities/trace-line.js';
import { escapeControlsInJson } from '../../utils/terminal-text.js';
import { choice, countFromOne, flag, text } from '../../utils/value-kinds.js';
import { checkOptions, type OptionKinds } from '../check-options.js';
import type { TraceExporter } from '../exporter.js';
import { drawTrace } from './draw-trace.js';
import { asciiGlyphs, type Glyphs, unicodeGlyphs } from './glyphs.js';
import { StreamWriter } from './stream-writer.js';
import { printLine } from './styled-line.js';
import { type ConsoleStream, columnsOf, showsColor, showsUnicode } from './terminal.js';

/** How much the console shows of a trace. */
export type Verbosity = 'line' | 'tree' | 'full' | 'json';

/** Options of `ConsoleExporter`. */
export interface ConsoleExporterOptions {
  /** What `stats()` and messages call it: another name where `init` gets several of its kind. @default 'console' */
  readonly name?: string;
  /**
   * `line`: the header alone. `tree`: below it one line a span. `full`: also the inputs and outputs of each span, one line each.
   * `json`: the trace as a trace file holds it, for programs that read the stream.
   * @default 'tree'
   */
  readonly verbosity?: Verbosity;
  /** @default process.stderr, since stdout belongs to the program */
  readonly stream?: ConsoleStream;
  /** @default as FORCE_COLOR and NO_COLOR say, else if the stream is a terminal, and neither dumb nor in CI */
  readonly color?: boolean;
  /** The most lines a trace may take; failed spans are shown first. Does not hold for `json`. @default 60 */
  readonly maxLines?: number;
  /** Draws with ASCII signs only. @default unless the locale is UTF-8 */
  readonly ascii?: boolean;
}

const kinds: OptionKinds<ConsoleExporterOptions> = {
  name: text,
  verbosity: choice<Verbosity>(['line', 'tree', 'full', 'json']),
  stream: {
    wanted: 'an object with a method write(text)',
    accepts: (value) => typeof (value as Partial<ConsoleStream> | null)?.write === 'function',
  },
  color: flag,
  maxLines: countFromOne,
  ascii: flag,
};

/**
 * Shows each finished trace as a tree in the terminal. Whatever names and messages hold, no control character of theirs
 * reaches the terminal. The environment is read once, here; the width of the terminal for each trace.
 *
 * A stream that fails does no harm: the failure is thrown to the caller, that is to `onError`.
 *
 * @example
 * ```ts
 * init({ exporters: [new ConsoleExporter({ verbosity: 'full' })] });
 * ```
 */
export class ConsoleExporter implements TraceExporter {
  readonly name: string;
  readonly delivery = 'inline';
  readonly #verbosity: Verbosity;
  readonly #maxLines: number;
  readonly #stream: ConsoleStream;
  readonly #writer: StreamWriter;
  readonly #color: boolean;
  readonly #glyphs: Glyphs;

  /** @throws {ConfigurationError} for an option that it does not know, or cannot use. */
  constructor(options: ConsoleExporterOptions = {}) {
    checkOptions('ConsoleExporter', options, kinds);
    const { name = 'console', verbosity = 'tree', stream = process.stderr, color, maxLines = 60, ascii } = options;
    const sources = { environment: process.env, platform: process.platform };
    this.name = name;
    this.#verbosity = verbosity;
    this.#maxLines = maxLines;
    this.#stream = stream;
    this.#writer = new StreamWriter(stream, name);
    this.#color = color ?? showsColor(stream, sources);
    this.#glyphs = (ascii ?? !showsUnicode(sources)) ? asciiGlyphs : unicodeGlyphs;
  }

  /** @throws {ExportError} when the stream fails, or when an earlier write to it turned out to have failed. */
  export(traces: readonly Trace[]): void {
    const text = traces.map((trace) => this.#print(trace)).join('');
    if (text !== '') this.#writer.write(text);
  }

  /** Settles when the stream has written all; at once for streams that do not tell. */
  forceFlush(): Promise<void> {
    return this.#writer.flush();
  }

  #print(trace: Trace): string {
    if (this.#verbosity === 'json') return `${escapeControlsInJson(traceToLine(trace))}\n`;
    const screen = { columns: columnsOf(this.#stream), color: this.#color, glyphs: this.#glyphs };
    const format = { columns: screen.columns, color: screen.color, ellipsis: screen.glyphs.ellipsis };
    const lines = drawTrace(trace, { verbosity: this.#verbosity, maxLines: this.#maxLines }, screen);
    return lines.map((line) => `${printLine(line, format)}\n`).join('');
  }
}
