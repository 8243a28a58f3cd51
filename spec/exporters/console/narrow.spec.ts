import { describe, expect, it } from 'vitest';
import { ConsoleExporter, type ConsoleExporterOptions } from '../../../lib/exporters/console/console-exporter.js';
import { displayWidth } from '../../../lib/utils/terminal-text.js';
import { aTrace, aUsage } from '../../support/traces.js';

const trace = aTrace({
  usage: aUsage(1920, 24),
  spans: [
    { name: '天气代理 🌦️ agent', durationMs: 1160, error: '网络错误: no route 👩‍👩‍👧 to host' },
    {
      id: 2,
      parent: 1,
      name: '聊天 👩‍👩‍👧 chat',
      type: 'LLM',
      usage: aUsage(1920, 24),
      inputs: '你好 👋',
      outputs: '晴 ☀️',
    },
    { id: 3, parent: 2, name: 'get_weather', type: 'TOOL', error: '网络错误' },
    { id: 4, parent: 3, name: '深い', type: 'TOOL', isUnfinished: true },
    { id: 5, parent: 4, name: 'deeper' },
  ],
});

describe.each(['line', 'tree', 'full'] as const)('a narrow terminal, with verbosity %s', (verbosity) => {
  it.each([1, 2, 3, 4, 5, 8, 9, 10, 12, 15, 18, 19, 20, 21])(
    'shows no line that is wider than %i columns',
    (columns) => {
      const lines = [...show({ verbosity, ascii: false }, columns), ...show({ verbosity, ascii: true }, columns)];

      expect(lines.filter((line) => displayWidth(line) > columns)).toEqual([]);
      expect(lines.length).toBeGreaterThan(0);
    },
  );
});

describe('a tree in a narrow terminal', () => {
  it('is nothing but its cuts in one column', () => {
    expect(show({ ascii: false }, 1)).toEqual(['…', '…', '…', '…', '…', '…', '…']);
  });

  it('has marks and branches where there are a few columns', () => {
    expect(show({ ascii: false }, 10).slice(1, 8)).toEqual([
      '└─ chat …',
      '…  ✗ tool…',
      '…  ~ tool…',
      '…  deeper…',
      '✗ 天气代理',
      '  🌦️ agent',
      '  : 网络…',
    ]);
  });

  it('has the nearest branches, names and durations in 19 columns', () => {
    expect(show({ ascii: false }, 19)).toEqual([
      '✗ 天气代…  1.16 s …',
      '└─ chat 聊…   1 ms…',
      '   └─ ✗ tool   1 m…',
      '…  └─ ~ tool   1 m…',
      '…  └─ deeper  1 ms…',
      '✗ 天气代理 🌦️',
      '  agent: 网络错误:',
      '  no route 👩‍👩‍👧 to h…',
      '✗ get_weather:',
      '  网络错误',
    ]);
  });
});

/** The lines that the exporter writes, without colours. */
function show(options: ConsoleExporterOptions, columns: number): string[] {
  let text = '';
  const stream = { columns, write: (part: string) => (text += part) };
  new ConsoleExporter({ stream, color: false, ...options }).export([trace]);
  return text.split('\n').slice(0, -1);
}
