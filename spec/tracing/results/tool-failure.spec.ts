import { getCurrentSpan, shutdown, traceAgent, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, spanNamed } from '../../support/recording.js';

afterEach(shutdown);

const failed = (text: string) => ({ content: [{ type: 'image' }, { type: 'text', text }], isError: true });

describe('a tool that answers with its error', () => {
  it('has failed: it comes back as it is, and the span has its text', async () => {
    const memory = recordInMemory();
    const answer = failed('no such city; password=hunter2hunter2');

    expect(await traceTool(async () => answer, { name: 'ask' })()).toBe(answer);

    const { status, events, outputs } = spanNamed(memory, 'ask');
    expect(status).toEqual({ code: 'ERROR', message: expect.stringMatching(/^no such city; password=(?!hunter2)/) });
    expect([events, outputs]).toMatchObject([[], { isError: true }]);
  });

  it.each<[string, unknown, string]>([
    ['without a text', { content: [null, { type: 'image' }], isError: true }, 'ERROR'],
    ['where there is none', { content: [], isError: false }, 'OK'],
    ['of another kind', { isError: true }, 'OK'],
    ['in a text', 'isError', 'OK'],
    [
      'in a proxy that throws',
      new Proxy(
        {},
        {
          getOwnPropertyDescriptor: () => {
            throw new Error('asked');
          },
        },
      ),
      'OK',
    ],
  ])('%s', (_what, answer, code) => {
    const memory = recordInMemory();

    traceTool(() => answer, { name: 'ask' })();

    expect(spanNamed(memory, 'ask').status).toEqual({ code, message: '' });
  });

  it('shows nothing of it where outputs are not captured', () => {
    const memory = recordInMemory();

    traceTool(() => failed('no such city'), { name: 'ask', captureOutputs: false })();

    expect(spanNamed(memory, 'ask').status).toEqual({ code: 'ERROR', message: '' });
  });

  it('leaves alone what the program says of the span, and is the affair of tools alone', () => {
    const memory = recordInMemory();
    const ask = () => {
      getCurrentSpan()?.setStatus({ code: 1 });
      return failed('no such city');
    };

    traceTool(ask, { name: 'ask' })();
    traceAgent(() => failed('no such city'), { name: 'run' })();

    expect([spanNamed(memory, 'ask').status.code, spanNamed(memory, 'run').status.code]).toEqual(['OK', 'OK']);
  });
});
