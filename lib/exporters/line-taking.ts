import type { TraceExporter } from './exporter.js';

/** An exporter that is given lines. */
export type LineTaking = TraceExporter & Required<Pick<TraceExporter, 'exportLines'>>;

/**
 * The `export` in whose place an exporter takes lines, if it does. Lines are taken in place of the `export` that they were written with:
 * whoever writes that anew (a subclass, a proxy) wants to be asked by the new one.
 */
export function exportBesideLines(exporter: TraceExporter): unknown {
  let hasLines = false;
  for (let owner: object | null = exporter; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    hasLines ||= Object.hasOwn(owner, 'exportLines');
    const written = Object.getOwnPropertyDescriptor(owner, 'export');
    if (written !== undefined) return hasLines && written.value === exporter.export ? written.value : undefined;
  }
  return undefined;
}

/** Asked with each call: a spy may have taken the place of either meanwhile. */
export function takesLines(exporter: TraceExporter, besideLines: unknown): exporter is LineTaking {
  return besideLines === exporter.export && exporter.exportLines !== undefined;
}
