import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Trace } from '../../../lib/entities/trace.js';
import { FileExporter } from '../../../lib/exporters/file/file-exporter.js';
import { temporaryFolders } from '../../support/temporary-folder.js';
import { runExporterContract } from '../exporter-contract.js';

const temporaryFolder = temporaryFolders();

runExporterContract('file', {
  create: () => {
    const exporter = new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl') });
    return { exporter, readBack: async () => readLines(exporter.path).map(Trace.fromJSON) };
  },
  createBroken: () => {
    const path = join(temporaryFolder(), 'folder');
    mkdirSync(path);
    return new FileExporter({ path });
  },
});

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return []; // nothing was written yet
  }
}
