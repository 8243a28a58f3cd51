import { shutdown, TracedAgent, TracedLLM, TracedTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, treeOf } from '../../support/recording.js';

afterEach(async () => {
  await shutdown();
});

describe('private methods', () => {
  it('are traced under their names', async () => {
    @TracedAgent()
    class Program {
      readonly name = 'p';
      readonly #secret = 41;
      async run() {
        return (await this.#think(1)) + Program.#count();
      }
      @TracedLLM() async #think(step: number) {
        return this.#secret + step;
      }
      @TracedTool() static #count() {
        return 1;
      }
    }
    const memory = recordInMemory();

    const result = await new Program().run();

    expect(result).toBe(43);
    expect(memory.traces.map(treeOf)).toEqual(['p.run[#think #count]']);
    expect(memory.traces[0]?.data.spans[1]?.inputs).toEqual({ step: 1 });
  });
});
