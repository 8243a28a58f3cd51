/** Where the console exporter writes: `process.stderr`, any stream of Node, or an object with just `write`. */
export interface ConsoleStream {
  /** Writes a text; `done` is told how that went, if the stream can tell. */
  write(text: string, done?: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal. @default 80 */
  readonly columns?: number;
  /** How much is waiting inside the stream, as Node's streams tell. */
  readonly writableLength?: number;
  /** Where the stream tells of errors that come later. */
  on?(event: 'error', listener: (error: Error) => void): unknown;
  /** Takes a listener back. */
  off?(event: 'error', listener: (error: Error) => void): unknown;
}

/** What tells how a terminal is: `process.env` and `process.platform` as a rule. */
export interface TerminalSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}

/**
 * Whether to colour: as FORCE_COLOR says (0 and false mean no), else not with NO_COLOR, not where TERM is dumb, not in CI
 * (its logs are files), else if the stream is a terminal.
 */
export function showsColor(stream: ConsoleStream, { environment }: TerminalSources): boolean {
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (isSet(environment['NO_COLOR']) || environment['TERM'] === 'dumb') return false;
  const ci = environment['CI'];
  if (isSet(ci) && ci !== 'false' && ci !== '0') return false;
  return stream.isTTY === true;
}

/** Whether the terminal shows more than ASCII: by its locale; on Windows by its program. Not where TERM is dumb or linux. */
export function showsUnicode({ environment, platform }: TerminalSources): boolean {
  if (environment['TERM'] === 'dumb' || environment['TERM'] === 'linux') return false;
  const locale = [environment['LC_ALL'], environment['LC_CTYPE'], environment['LANG']].find(isSet);
  if (locale !== undefined) return /utf-?8/i.test(locale);
  return platform === 'win32' && (isSet(environment['WT_SESSION']) || environment['TERM_PROGRAM'] === 'vscode');
}

function isSet(variable: string | undefined): variable is string {
  return variable !== undefined && variable !== '';
}

const defaultColumns = 80;

/** How wide a line may be. Read for every trace: terminals are resized. */
export function columnsOf({ columns }: ConsoleStream): number {
  // A terminal that does not know its width says 0.
  return columns === undefined || !(columns >= 1) ? defaultColumns : Math.floor(columns);
}
