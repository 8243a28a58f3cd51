/** The parameters of a function, as its source names them. */
export interface ParameterNames {
  /** `undefined` for a parameter that is destructured. */
  readonly names: readonly (string | undefined)[];
  /** The parameters as they are written. */
  readonly texts: readonly string[];
  /** Position of the rest parameter; `-1` if there is none. */
  readonly restIndex: number;
}

const none: ParameterNames = { names: [], texts: [], restIndex: -1 };
/** In a source that compiles, all that is neither ASCII nor a blank belongs to a name: the engine's tables of letters take long to load. */
const bareArrow = /^(?:async\s+)?((?:[\w$]|[^ -~\s])+)\s*=>/;
const identifier = /^(?:[\w$]|[^ -~\s])+/;
/**
 * What TypeScript and esbuild make of an async function for targets without them: `login(user_1) { return __awaiter(this,
 * arguments, void 0, function* (user, password = '') {`. The generator has the parameters as they were written.
 */
const lowered =
  /^[^(]*\([\w$\s,.]*\)\s*(?:\{\s*return\s+|=>\s*)(?:\(0,\s*)?[\w$.]*__(?:awaiter|asyncGenerator|async)\)?\(\s*(?:this|void 0|null),\s*(?:arguments|\[[^\]]*\]),\s*(?:void 0,\s*)?(?=function\s*\*)/;

/** Reads the names of a function's parameters off its source. Native and bound functions and classes have none. Never throws. */
export function parameterNames(fn: (...args: never[]) => unknown): ParameterNames {
  try {
    return readNames(Function.prototype.toString.call(fn));
  } catch {
    return none;
  }
}

/** The same of a source. */
export function readNames(source: string): ParameterNames {
  if (/^class\b/.test(source) || source.endsWith('{ [native code] }')) return none;
  const bare = bareArrow.exec(source);
  if (bare !== null) return { names: [bare[1]], texts: [bare[1] ?? ''], restIndex: -1 };
  const generator = source.slice(lowered.exec(source)?.[0].length ?? source.length);
  const written = splitParameters(generator);
  const texts = written.length > 0 ? written : splitParameters(source);
  const restIndex = texts.findIndex((text) => text.startsWith('...'));
  return { names: texts.map((text) => identifier.exec(text.replace(/^\.\.\.\s*/, ''))?.[0]), texts, restIndex };
}

/** All names in a part of a source, its keywords and numbers among them. */
export function namesIn(source: string): readonly string[] {
  return source.match(/(?:[\w$]|[^ -~\s])+/g) ?? [];
}

/** The source of a class's constructor, from its parameter list on; `undefined` where it has none of its own. Never throws. */
export function constructorSource(owner: object): string | undefined {
  const source = Function.prototype.toString.call(owner);
  if (!/^class\b/.test(source)) return source;
  let at = 0;
  let depth = 0;
  let member = '';
  for (const token of tokensFrom(source, 0)) {
    if (token === '(' && depth === 1 && /(?<![\w$.#]|[^ -~\s])constructor\s*$/.test(member)) return source.slice(at);
    if (token.length === 1) depth += depthOf(token);
    member = depth === 1 ? member + token : '';
    at += token.length;
  }
  return undefined;
}

/** The texts between the commas of the parameter list, without comments. */
function splitParameters(source: string): string[] {
  const parameters: string[] = [];
  let current = '';
  let depth = 0;
  for (const token of tokensFrom(source, openingOf(source) + 1)) {
    const isBorder = depth === 0 && (token === ',' || token === ')');
    if (!isBorder) {
      current += /^\/[/*]/.test(token) ? '' : token;
      depth += depthOf(token);
      continue;
    }
    if (current.trim() !== '') parameters.push(current.trim());
    current = '';
    if (token === ')') break;
  }
  return parameters;
}

/** Single characters; strings, templates, comments and regular expressions as one. */
function* tokensFrom(source: string, from: number): Generator<string> {
  let before = '';
  for (let at = from; at < source.length; ) {
    const end = tokenEnd(source, at, before);
    const token = source.slice(at, end);
    yield token;
    if (!/^\/[/*]/.test(token)) before += token;
    at = end;
  }
}

/** The parenthesis that opens the parameter list: the first that is not inside a computed name, a string or a comment. */
function openingOf(source: string): number {
  let depth = 0;
  for (let at = 0; at < source.length; ) {
    const character = source[at] as string; // within the bounds
    if (character === '(' && depth === 0) return at;
    const end = tokenEnd(source, at, '');
    if (end - at === 1) depth += depthOf(character);
    at = end;
  }
  return source.length;
}

function depthOf(character: string): number {
  if (character === '(' || character === '[' || character === '{') return 1;
  return character === ')' || character === ']' || character === '}' ? -1 : 0;
}

/** Where the token ends that begins here: strings, templates, comments and regular expressions are one token each. */
function tokenEnd(source: string, at: number, before: string): number {
  const character = source[at];
  if (character === '"' || character === "'") return quotedEnd(source, at);
  if (character === '`') return templateEnd(source, at);
  if (character !== '/') return at + 1;
  if (source[at + 1] === '/') return endAfter(source, '\n', at + 2);
  if (source[at + 1] === '*') return endAfter(source, '*/', at + 2);
  // A slash after an operator or at the start of a default begins a regular expression; elsewhere it divides.
  return /(?:^|[=(,:[!&|?{};+\-*%<>~^]|=>)\s*$/.test(before) ? regexEnd(source, at) : at + 1;
}

function endAfter(source: string, end: string, from: number): number {
  const found = source.indexOf(end, from);
  return found === -1 ? source.length : found + end.length;
}

function quotedEnd(source: string, at: number): number {
  const quote = source[at];
  for (let end = at + 1; end < source.length; end += 1) {
    if (source[end] === '\\') end += 1;
    else if (source[end] === quote) return end + 1;
  }
  return source.length;
}

function templateEnd(source: string, at: number): number {
  for (let end = at + 1; end < source.length; end += 1) {
    if (source[end] === '\\') end += 1;
    else if (source[end] === '`') return end + 1;
    else if (source[end] === '$' && source[end + 1] === '{') end = expressionEnd(source, end + 2) - 1;
  }
  return source.length;
}

/** The end of `${ ... }`, given the position after its brace. */
function expressionEnd(source: string, from: number): number {
  let depth = 1;
  for (let at = from; at < source.length; ) {
    const character = source[at] as string; // within the bounds
    const end = tokenEnd(source, at, source.slice(from, at));
    if (end - at === 1) depth += depthOf(character);
    if (depth === 0) return end;
    at = end;
  }
  return source.length;
}

function regexEnd(source: string, at: number): number {
  let isInClass = false;
  for (let end = at + 1; end < source.length; end += 1) {
    const character = source[end];
    if (character === '\\') end += 1;
    else if (character === '[') isInClass = true;
    else if (character === ']') isInClass = false;
    else if (character === '\n') return at + 1;
    else if (character === '/' && !isInClass) return end + 1;
  }
  return at + 1;
}
