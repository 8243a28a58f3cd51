import { TraceFormatError } from '../../errors.js';
import { parseJson } from '../../utils/parse-json.js';
import { recordOf } from '../../utils/records.js';
import { checkJsonValue } from './json-value.js';
import type { MlflowHttp } from './mlflow-http.js';
import { pathOfTrace } from './trace-paths.js';

/** What is thought of a trace. */
export interface Assessment {
  readonly name: string;
  /** Any JSON value. */
  readonly value: unknown;
  /** Who says so: a person, a model or a program. @default a program, `traced-agents` */
  readonly source?: { readonly type: 'HUMAN' | 'LLM_JUDGE' | 'CODE'; readonly id: string };
  /** Why; of feedback alone: servers keep none of an expectation. */
  readonly rationale?: string;
  /** The span that it is about. @default the whole trace */
  readonly spanId?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What becomes different of an assessment; what is not named stays. Source and span cannot be changed. */
export interface AssessmentUpdate {
  readonly name?: string;
  /** Any JSON value. */
  readonly value?: unknown;
  /** Of feedback alone: servers keep none of an expectation. */
  readonly rationale?: string;
  /** Keys that become different, or are added; the others stay. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What came out of it, or what should have. */
export type AssessmentKind = 'feedback' | 'expectation';

/** An assessment that a server has. */
export interface AssessmentTarget {
  readonly kind: AssessmentKind;
  readonly traceId: string;
  readonly assessmentId: string;
}

/** @returns the id of the assessment. Asked twice, there are two. @throws {TypeError} for a value that JSON cannot hold. */
export async function logAssessment(
  http: MlflowHttp,
  traceId: string,
  assessment: Assessment & { readonly kind: AssessmentKind },
): Promise<string> {
  const { kind, name, value, source = { type: 'CODE', id: 'traced-agents' }, rationale, spanId, metadata } = assessment;
  checkJsonValue(value, `the ${kind} '${name}'`);
  const json = {
    assessment: {
      assessment_name: name,
      source: { source_type: source.type, source_id: source.id },
      [kind]: valueJson(kind, value),
      rationale,
      span_id: spanId,
      metadata,
    },
  };
  const request = { method: 'POST', path: `${pathOfTrace(traceId)}/assessments`, json, isRepeatable: false } as const;
  const answer = recordOf(parseJson(await http.send(request)));
  const { assessment_id: id } = recordOf(answer['assessment']);
  if (typeof id === 'string') return id;
  throw new TraceFormatError(`The server took the ${kind} '${name}', but told no id.`);
}

/** @throws {TypeError} where nothing is to become different, and for a value that JSON cannot hold. */
export async function updateAssessment(
  http: MlflowHttp,
  { kind, traceId, assessmentId }: AssessmentTarget,
  { name, value, rationale, metadata }: AssessmentUpdate,
): Promise<void> {
  if (value !== undefined) checkJsonValue(value, `the ${kind}`);
  const changes = [
    ['assessmentName', 'assessment_name', name],
    [kind, kind, value === undefined ? undefined : valueJson(kind, value)],
    ['rationale', 'rationale', rationale],
    ['metadata', 'metadata', metadata],
  ].filter(([, , content]) => content !== undefined);
  if (changes.length === 0) throw new TypeError('An update must name a value, a rationale, metadata or a name.');
  const json = {
    assessment: Object.fromEntries(changes.map(([, key, content]) => [key, content])),
    // In JSON the paths of a mask are written in camelCase.
    update_mask: changes.map(([path]) => path).join(','),
  };
  await http.send({ method: 'PATCH', path: pathOfAssessment(traceId, assessmentId), json });
}

/** One that is gone already is no failure. */
export async function deleteAssessment(http: MlflowHttp, traceId: string, assessmentId: string): Promise<void> {
  await http.send({ method: 'DELETE', path: pathOfAssessment(traceId, assessmentId) });
}

function pathOfAssessment(traceId: string, assessmentId: string): string {
  return `${pathOfTrace(traceId)}/assessments/${encodeURIComponent(assessmentId)}`;
}

/** The structures of an expectation go as a text. */
function valueJson(kind: AssessmentKind, value: unknown): object {
  if (kind === 'feedback' || typeof value !== 'object' || value === null) return { value };
  return { serialized_value: { value: JSON.stringify(value), serialization_format: 'JSON_FORMAT' } };
}
