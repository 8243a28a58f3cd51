import { Trace } from '../../lib/entities/trace.js';
import { ConsoleExporter } from '../../lib/exporters/console/console-exporter.js';
import { runExporterContract } from './exporter-contract.js';

runExporterContract('console', {
  create: () => {
    const texts: string[] = [];
    const exporter = new ConsoleExporter({ verbosity: 'json', stream: { write: (text) => texts.push(text) > 0 } });
    const readBack = async (): Promise<readonly Trace[]> =>
      texts.join('').split('\n').filter(Boolean).map(Trace.fromJSON);
    return { exporter, readBack };
  },
  createBroken: () =>
    new ConsoleExporter({
      stream: {
        write: () => {
          throw new Error('EPIPE');
        },
      },
    }),
  skip: [
    {
      reason: 'the stream belongs to the program, so that nothing is closed',
      cases: ['refuses traces after shutdown'],
    },
  ],
});
