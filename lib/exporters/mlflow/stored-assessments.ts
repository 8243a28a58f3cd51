import { parseJson } from '../../utils/parse-json.js';
import { isRecord, recordOf } from '../../utils/records.js';
import type { Assessment, AssessmentKind } from './assessments.js';
import type { TraceInfoJson } from './trace-info-json.js';

/** What a server has of what is thought of a trace. */
export interface StoredAssessment extends Omit<Assessment, 'source'> {
  /** What `updateFeedback`, `updateExpectation` and `deleteAssessment` take. */
  readonly id: string;
  /** What came out of it, or what should have. */
  readonly kind: AssessmentKind;
  /** Who says so; servers may know more types. */
  readonly source: { readonly type: NonNullable<Assessment['source']>['type'] | (string & {}); readonly id: string };
  /** Why there is no value: who was asked failed. Of feedback alone. */
  readonly error?: { readonly code: string; readonly message: string };
  /** False where a later one has taken its place. */
  readonly isValid: boolean;
  readonly createTime: Date;
  readonly updateTime: Date;
}

/** Those of a trace in the order of the server. Kinds that are not known here are left out. */
export function assessmentsIn({ assessments }: TraceInfoJson): readonly StoredAssessment[] {
  return Array.isArray(assessments) ? assessments.filter(isRecord).flatMap(assessmentIn) : [];
}

function assessmentIn(json: Readonly<Record<string, unknown>>): readonly StoredAssessment[] {
  const { feedback, expectation, source, rationale, span_id: spanId, metadata } = json;
  const content = feedback ?? expectation;
  if (!isRecord(content)) return [];
  const { source_type: type, source_id: id } = recordOf(source);
  return [
    {
      id: String(json['assessment_id']),
      kind: feedback === undefined ? 'expectation' : 'feedback',
      name: String(json['assessment_name']),
      value: valueIn(content),
      ...errorIn(content),
      source: { type: String(type ?? 'SOURCE_TYPE_UNSPECIFIED'), id: String(id ?? '') },
      ...(typeof rationale === 'string' ? { rationale } : {}),
      ...(typeof spanId === 'string' ? { spanId } : {}),
      ...(isRecord(metadata) ? { metadata: metadata as Readonly<Record<string, string>> } : {}), // as the protocol has it
      isValid: json['valid'] !== false,
      createTime: new Date(String(json['create_time'])),
      updateTime: new Date(String(json['last_update_time'])),
    },
  ];
}

/** The structures of an expectation are stored as a text. */
function valueIn({ value, serialized_value: serialized }: Readonly<Record<string, unknown>>): unknown {
  return isRecord(serialized) ? parseJson(String(serialized['value'])) : value;
}

function errorIn({ error }: Readonly<Record<string, unknown>>): Pick<StoredAssessment, 'error'> {
  if (!isRecord(error)) return {};
  return { error: { code: String(error['error_code'] ?? ''), message: String(error['error_message'] ?? '') } };
}
