import { faultOfOptions } from '../../utils/fault-of-options.js';
import { isRecord } from '../../utils/records.js';
import { anyText, text, type ValueKind } from '../../utils/value-kinds.js';
import type { OptionKinds } from '../check-options.js';
import type { Assessment, AssessmentKind, AssessmentUpdate } from './assessments.js';

const anything: ValueKind = { wanted: 'a JSON value', accepts: () => true }; // which has a check of its own

const texts: ValueKind = {
  wanted: 'an object of texts',
  accepts: (value) =>
    isRecord(value) && Object.values(value).every((part) => part === undefined || typeof part === 'string'),
};

const sourceTypes: ReadonlySet<unknown> = new Set(['HUMAN', 'LLM_JUDGE', 'CODE']);

const source: ValueKind = {
  wanted: `an object with a 'type' (${[...sourceTypes].join(', ')}) and an 'id', which is a text`,
  accepts: (value) => isRecord(value) && sourceTypes.has(value['type']) && typeof value['id'] === 'string',
};

const updateKinds: OptionKinds<AssessmentUpdate> = { name: text, value: anything, rationale: anyText, metadata: texts };
const kinds: OptionKinds<Assessment> = { ...updateKinds, source, spanId: text };

/** The end of the names of the methods. */
const kindNames = { feedback: 'Feedback', expectation: 'Expectation' } as const;

/** @throws {TypeError} for what is none: at a part that is no text the server stops reading, and stores what stood before it. */
export function checkAssessment(kind: AssessmentKind, assessment: Assessment): void {
  const whose = `log${kindNames[kind]}()`;
  check(whose, assessment, kinds);
  if (assessment.name === undefined) throw new TypeError(`${whose} needs a 'name'.`);
}

/** @throws {TypeError} as `checkAssessment`. */
export function checkUpdate(kind: AssessmentKind, update: AssessmentUpdate): void {
  check(`update${kindNames[kind]}()`, update, updateKinds);
}

function check<Options>(whose: string, options: Options, known: OptionKinds<Options>): void {
  const fault = faultOfOptions({ whose }, options, known);
  if (fault !== undefined) throw new TypeError(fault);
}
