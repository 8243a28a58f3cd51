import { ConfigurationError, type TracingError } from './errors.js';
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
 * one, is told to `onMisfit` and left out; so is an experiment that is named without a server.
 *
 * @throws {ConfigurationError} for a server that an option names, and that cannot be one.
 */
export function chooseExporters(
  { exporters, trackingUri, experiment }: ExporterOptions,
  settings: SettingValues,
  onMisfit: (error: TracingError) => void,
): readonly TraceExporter[] {
  const local = exporters ?? localExporters(settings);
  const chosen = experiment === undefined ? {} : { experiment };
  if (trackingUri !== undefined) return [...local, new MlflowExporter({ trackingUri, ...chosen })];
  if (exporters !== undefined || !wantsServer(settings)) {
    if (experiment !== undefined && lacksServer(local, settings)) onMisfit(missingServer(experiment));
    return local;
  }
  try {
    return [...local, new MlflowExporter(chosen)];
  } catch (error) {
    onMisfit(error as TracingError); // it throws no other
    return local;
  }
}

function wantsServer({ exporterNames }: SettingValues): boolean {
  return exporterNames === undefined ? namesServer() : exporterNames.includes('mlflow');
}

function namesServer(): boolean {
  return Boolean(process.env['MLFLOW_TRACKING_URI']);
}

/** Whoever chooses the exporters in the environment does so on purpose. */
function lacksServer(exporters: readonly TraceExporter[], { exporterNames }: SettingValues): boolean {
  return (
    exporterNames === undefined && !namesServer() && !exporters.some((exporter) => exporter instanceof MlflowExporter)
  );
}

function missingServer(experiment: string): ConfigurationError {
  return new ConfigurationError(
    `No traces go to the experiment '${experiment}', since no MLflow server is named. Set trackingUri or MLFLOW_TRACKING_URI.`,
  );
}

function localExporters({ exporterNames, file, verbosity }: SettingValues): readonly TraceExporter[] {
  const names = exporterNames ?? (process.stderr.isTTY ? ['console', 'file'] : ['file']);
  return names.flatMap((name): TraceExporter[] => {
    if (name === 'console') return [new ConsoleExporter({ verbosity })];
    return name === 'file' ? [new FileExporter({ path: file })] : [];
  });
}
