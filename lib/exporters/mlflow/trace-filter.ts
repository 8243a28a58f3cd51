import { TraceKey } from '../../entities/attributes.js';
import type { TraceState } from '../../entities/trace-info.js';

/** What a text must be. The server knows no escapes: a text with both kinds of quotes is matched as nearly as can be. */
export type TextCondition = string | { readonly not: string } | { readonly like: string } | { readonly ilike: string };

/** Whether a label is there, or what it must be. */
export type LabelCondition = TextCondition | { readonly isSet: boolean };

/** Least and most, both inclusive. */
export interface NumberCondition {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Conditions on one and the same span. */
export interface SpanFilter {
  readonly name?: TextCondition;
  readonly type?: TextCondition;
  readonly status?: 'OK' | 'ERROR';
  /** A text within its inputs, outputs or other attributes, as they are; and within all of the span if it needs no escapes in JSON. */
  readonly content?: { readonly like: string };
  /** Attributes that hold this text; the server also finds it behind them in the span. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What the server can search traces by; all conditions must hold. Of an empty list none is meant, so that nothing is found. */
export interface TraceFilter {
  readonly state?: TraceState | readonly TraceState[];
  readonly name?: TextCondition;
  readonly traceId?: string | readonly string[];
  readonly clientRequestId?: string | readonly string[];
  readonly runId?: string | readonly string[];
  /** Milliseconds since 1970. */
  readonly timestampMs?: NumberCondition;
  readonly executionTimeMs?: NumberCondition;
  /** A text within a span, as `span.content`. */
  readonly text?: { readonly like: string };
  readonly session?: string;
  readonly user?: string;
  readonly tags?: Readonly<Record<string, LabelCondition>>;
  readonly metadata?: Readonly<Record<string, LabelCondition>>;
  /** Numbers as the server writes them: 1 is `'1.0'`. */
  readonly feedback?: Readonly<Record<string, TextCondition>>;
  /** As `feedback`. */
  readonly expectations?: Readonly<Record<string, TextCondition>>;
  readonly span?: SpanFilter;
}

/** Which traces `MlflowClient.searchTraces` finds. */
export interface TraceSearch {
  /** Of none, nothing is found. */
  readonly experimentIds: readonly string[];
  /** @default all */
  readonly filter?: TraceFilter;
  /** As the server spells it: `timestamp_ms DESC`, `execution_time_ms ASC`. @default the newest first */
  readonly orderBy?: readonly string[];
  /** Traces in one answer of the server, 1 to 500. @default 100 */
  readonly pageSize?: number;
}

/** Whether a search can find anything: not of an empty list. */
export function canFind({ experimentIds, filter = {} }: TraceSearch): boolean {
  return [experimentIds, ...Object.values(filter)].every((wanted) => !Array.isArray(wanted) || wanted.length > 0);
}

/**
 * A filter in the server's grammar: clauses joined by AND. Empty for no condition.
 *
 * @throws {TypeError} for a key that the grammar cannot hold.
 */
export function filterText(filter: TraceFilter): string {
  const metadata = {
    ...filter.metadata,
    ...(filter.session === undefined ? {} : { [TraceKey.session]: filter.session }),
    ...(filter.user === undefined ? {} : { [TraceKey.user]: filter.user }),
  };
  return [
    ...oneOf('status', filter.state),
    ...textClause('name', filter.name),
    ...oneOf('request_id', filter.traceId),
    ...oneOf('client_request_id', filter.clientRequestId),
    ...oneOf('run_id', filter.runId),
    ...numberClauses('timestamp_ms', filter.timestampMs),
    ...numberClauses('execution_time_ms', filter.executionTimeMs),
    ...contentClause('trace.text', filter.text?.like),
    ...labelClauses('tag', filter.tags),
    ...labelClauses('metadata', metadata),
    ...labelClauses('feedback', filter.feedback),
    ...labelClauses('expectation', filter.expectations),
    ...spanClauses(filter.span),
  ].join(' AND ');
}

function spanClauses(span: SpanFilter = {}): string[] {
  const attributes = Object.entries(span.attributes ?? {}).flatMap(([key, value]) =>
    // With `=` the server never finds any.
    contentClause(keyed('span.attributes', key), `%${value}%`),
  );
  return [
    ...textClause('span.name', span.name),
    ...textClause('span.type', span.type),
    ...textClause('span.status', span.status),
    ...contentClause('span.content', span.content?.like),
    ...attributes,
  ];
}

function oneOf(key: string, wanted: string | readonly string[] | undefined): string[] {
  if (wanted === undefined) return [];
  if (typeof wanted === 'string') return [comparison(key, '=', wanted)];
  return [`${key} IN (${wanted.map(exactly).join(', ')})`];
}

function numberClauses(key: string, { atLeast, atMost }: NumberCondition = {}): string[] {
  return [
    ...(atLeast === undefined ? [] : [`${key} >= ${Math.ceil(atLeast)}`]),
    ...(atMost === undefined ? [] : [`${key} <= ${Math.floor(atMost)}`]),
  ];
}

function labelClauses(group: string, labels: Readonly<Record<string, LabelCondition>> = {}): string[] {
  return Object.entries(labels).flatMap(([name, condition]) => {
    const key = keyedLabel(group, name);
    if (typeof condition === 'object' && 'isSet' in condition)
      return [`${key} IS ${condition.isSet ? 'NOT NULL' : 'NULL'}`];
    return textClause(key, condition);
  });
}

function textClause(key: string, condition: TextCondition | undefined): string[] {
  if (condition === undefined) return [];
  if (typeof condition === 'string') return [comparison(key, '=', condition)];
  if ('not' in condition) return [comparison(key, '!=', condition.not)];
  return 'like' in condition ? [comparison(key, 'LIKE', condition.like)] : [comparison(key, 'ILIKE', condition.ilike)];
}

/**
 * Spans are stored as JSON, and within it each attribute as JSON again: so are the texts that are looked for. For a backslash any one
 * character stands, since it means itself in one database and nothing in the next.
 */
function contentClause(key: string, like: string | undefined): string[] {
  return like === undefined ? [] : [comparison(key, 'LIKE', inJson(inJson(like)).replaceAll('\\', '_'))];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** A text with both kinds of quotes cannot be written: any one character stands for the one kind. */
function comparison(key: string, operator: '=' | '!=' | 'LIKE' | 'ILIKE', text: string): string {
  const literal = quoted(text);
  if (literal !== undefined) return `${key} ${operator} ${literal}`;
  if (operator === '!=') return `${key} != ${exactly(text)}`;
  return `${key} ${operator === '=' ? 'LIKE' : operator} '${text.replaceAll("'", '_')}'`;
}

function exactly(text: string): string {
  const literal = quoted(text);
  if (literal === undefined) throw new TypeError(`A filter cannot hold a text with both kinds of quotes: ${text}`);
  return literal;
}

function quoted(text: string): string | undefined {
  if (!text.includes("'")) return `'${text}'`;
  return text.includes('"') ? undefined : `"${text}"`;
}

/** What the server takes for a fact of the trace wherever it stands, in any case of its letters. */
const takenKeys = /^(?:name|prompt|run_id|text|timestamp|execution_time|end_time)$/i;

/** Whether the server can look for a tag. */
export function isSearchableKey(name: string): boolean {
  return name !== '' && !name.includes('`') && !takenKeys.test(name);
}

function keyedLabel(group: string, name: string): string {
  if (!takenKeys.test(name)) return keyed(group, name);
  throw new TypeError(
    `A filter cannot hold the key '${name}': the server takes '${group}.${name}' for the trace's own.`,
  );
}

/** Without its quotes a key that is a number, or a word of the grammar (`from`, `in`), would be taken for that. */
function keyed(group: string, name: string): string {
  if (name === '' || name.includes('`')) throw new TypeError(`A filter cannot hold the key '${name}'.`);
  return `${group}.\`${name}\``;
}
