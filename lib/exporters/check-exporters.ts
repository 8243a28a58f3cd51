import { ConfigurationError } from '../errors.js';
import { isRecord } from '../utils/records.js';
import { callback, choice, shown, text, type ValueKind } from '../utils/value-kinds.js';

interface Part {
  readonly kind: ValueKind;
  readonly isRequired: boolean;
}

/** What is looked at of an exporter before it is called; a spec misuses each. */
const parts: Readonly<Record<string, Part>> = {
  name: { kind: text, isRequired: true },
  export: { kind: callback, isRequired: true },
  exportLines: { kind: callback, isRequired: false },
  delivery: { kind: choice(['inline', 'queued']), isRequired: false },
  forceFlush: { kind: callback, isRequired: false },
  shutdown: { kind: callback, isRequired: false },
};

/** @throws {ConfigurationError} for what is no exporter, and for two of the same name. */
export function checkExporters(exporters: readonly unknown[]): void {
  const names = new Set<unknown>();
  for (const exporter of exporters) {
    const { name } = checkExporter(exporter);
    if (names.has(name)) {
      throw new ConfigurationError(
        `Two exporters are called '${name}'. Give one of them another by its option 'name', so that stats() can tell them apart.`,
      );
    }
    names.add(name);
  }
}

function checkExporter(exporter: unknown): Record<string, unknown> {
  if (!isRecord(exporter)) {
    throw new ConfigurationError(
      `Each of the 'exporters' must be an object with a name and a method export(traces, context), but one is ${shown(exporter)}.`,
    );
  }
  for (const [part, { kind, isRequired }] of Object.entries(parts)) {
    const value = exporter[part];
    if (value === undefined && !isRequired) continue;
    if (kind.accepts(value)) continue;
    throw new ConfigurationError(
      `The ${part} of each of the 'exporters' must be ${kind.wanted}, but one has ${shown(value)}. See TraceExporter.`,
    );
  }
  return exporter;
}
