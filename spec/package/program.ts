import { InMemoryExporter, init, shutdown, TracedAgent, TracedLLM, TracedTool } from 'traced-agents';

/** What a user writes; the smoke specs compile, bundle and run it outside of this project. */
@TracedAgent()
class Forecaster {
  readonly name = 'forecaster';

  async forecast(city: string): Promise<string> {
    return this.think(await this.measure(city));
  }

  @TracedLLM({ name: 'think', model: 'small' })
  async think(degrees: number): Promise<string> {
    return degrees > 20 ? 'warm' : 'cold';
  }

  @TracedTool({ name: 'thermometer' })
  async measure(city: string): Promise<number> {
    return city.length * 5;
  }
}

async function main(): Promise<void> {
  const memory = new InMemoryExporter();
  init({ exporters: [memory] });
  const answer = await new Forecaster().forecast('Paris');
  await shutdown();
  const spans = memory.traces.flatMap((trace): readonly { name: string; type: string }[] => trace.data.spans);
  console.log(JSON.stringify({ answer, spans: spans.map(({ name, type }) => `${type} ${name}`) }));
}

void main();
