import type { TracingError } from './errors.js';
import { ConsoleExporter } from './exporters/console/console-exporter.js';
import type { TraceExporter } from './exporters/exporter.js';
import { FileExporter } from './exporters/file/file-exporter.js';
import { MlflowExporter } from './exporters/mlflow/mlflow-exporter.js';
import type { SettingValues } from './settings.js';

/** The options of `init()` that say where traces go. */
export interface ExporterOptions {
  readonly exporters?: readonly TraceExporter[];
  readonly trackingUri?: string;
  readonly experiment?: string;
}

/**
 * The exporters that the options name, or the environment, or the defaults. A server that the environment names, and that cannot be
 * one, is told to `onMisfit` and left out.
 *
 * @throws {ConfigurationError} for a server that an option names, and that cannot be one.
 */
export function chooseExporters(
  { exporters, trackingUri, experiment }: ExporterOptions,
  settings: SettingValues,
  onMisfit: (error: TracingError) => void,
): readonly TraceExporter[] {
  const named = experiment === undefined ? {} : { experiment };
  if (trackingUri !== undefined)
    return [...(exporters ?? localExporters(settings)), new MlflowExporter({ trackingUri, ...named })];
  if (exporters !== undefined) return exporters;
  const local = localExporters(settings);
  if (!wantsServer(settings)) return local;
  try {
    return [...local, new MlflowExporter(named)];
  } catch (error) {
    onMisfit(error as TracingError); // it throws no other
    return local;
  }
}

function wantsServer({ exporterNames }: SettingValues): boolean {
  return exporterNames === undefined ? Boolean(process.env['MLFLOW_TRACKING_URI']) : exporterNames.includes('mlflow');
}

function localExporters({ exporterNames, file, verbosity }: SettingValues): readonly TraceExporter[] {
  const names = exporterNames ?? (process.stderr.isTTY ? ['console', 'file'] : ['file']);
  return names.flatMap((name): TraceExporter[] => {
    if (name === 'console') return [new ConsoleExporter({ verbosity })];
    return name === 'file' ? [new FileExporter({ path: file })] : [];
  });
}
