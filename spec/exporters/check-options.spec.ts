import {
  ConfigurationError,
  ConsoleExporter,
  FileExporter,
  InMemoryExporter,
  MlflowClient,
  MlflowExporter,
} from 'traced-agents';
import { describe, expect, it } from 'vitest';

/* Misuse that the compiler refuses, as plain JavaScript would do it. */
describe('options of exporters and the client', () => {
  it.each<[string, () => unknown, string]>([
    [
      'misspelt, of the file',
      () => new FileExporter({ filename: 'a' } as object),
      "FileExporter has no option 'filename'. It knows name, path, maxBytes, maxFiles, durability.",
    ],
    [
      'misspelt, of the console',
      () => new ConsoleExporter({ colour: true } as object),
      "ConsoleExporter has no option 'colour'. It knows name, verbosity, stream, color, maxLines, ascii.",
    ],
    [
      'misspelt, of the memory',
      () => new InMemoryExporter({ max: 1 } as object),
      "InMemoryExporter has no option 'max'. It knows name, maxTraces.",
    ],
    [
      'misspelt, of the server',
      () => new MlflowExporter({ trackingUrl: 'http://127.0.0.1' } as object),
      "MlflowExporter has no option 'trackingUrl'. It knows name, trackingUri, experiment, experimentId, runId.",
    ],
    [
      'misspelt, of the client',
      () => new MlflowClient({ trackingUrl: 'http://127.0.0.1' } as object),
      "MlflowClient has no option 'trackingUrl'. It knows trackingUri.",
    ],
    [
      'that are none',
      () => new FileExporter('traces.jsonl' as never),
      "FileExporter takes an object of options, but got 'traces.jsonl'.",
    ],
    [
      'of the wrong type',
      () => new ConsoleExporter({ maxLines: 0 }),
      "The option 'maxLines' of ConsoleExporter must be a whole number from 1, but is 0.",
    ],
  ])('are refused: %s', (_case, make, message) => {
    expect(make).toThrow(new ConfigurationError(message));
  });

  it('may be undefined', () => {
    expect(new InMemoryExporter({ name: undefined, maxTraces: undefined } as object).name).toBe('memory');
  });
});
