import {
  ExportError,
  flush,
  type InitOptions,
  init,
  shutdown,
  type TraceExporter,
  type TracingError,
  traceTool,
} from 'traced-agents';
import { afterEach, describe, expect, it, vi } from 'vitest';

const echo = traceTool((value: unknown) => value, { name: 'echo' });
const apiKey = 'sk-proj-abcdefghijklmnop1234567890';

afterEach(async () => {
  vi.restoreAllMocks();
  await shutdown();
});

describe('what onError is told', () => {
  it('is each cause once, whatever numbers are in it', async () => {
    let call = 0;
    const errors = await errorsOf(() => raise(new Error(`attempt ${call++}`)));

    expect(errors.map(({ message }) => message)).toEqual([
      "The exporter 'broken' failed, and its trace is lost there (see stats() for how many): Error: attempt 0.",
    ]);
  });

  it.each([
    ['an API key', `no access with ${apiKey}`, apiKey],
    ['a bearer token', 'sent Authorization: Bearer abcdef0123456789', 'abcdef0123456789'],
    ['a password in an address', 'connect to https://ann:hunter2@example.com/v1 failed', 'hunter2'],
    ['a value under the name of a secret', '{"api_key": "very-own-thing"}', 'very-own-thing'],
  ])('hides %s that an exporter quotes, in the message as in the stack', async (_title, text, secret) => {
    const thrown = new Error(text);

    const [error] = await errorsOf(() => raise(thrown));

    expect(error).toBeInstanceOf(ExportError);
    expect(error).toMatchObject({ name: 'ExportError', exporter: 'broken' });
    expect(error?.message).toContain('[redacted]');
    expect(`${error?.message}${error?.stack}`).not.toContain(secret);
    expect(error?.cause).toBe(thrown);
    expect(thrown.message).toBe(text);
  });

  it("hides it in an exporter's own ExportError, too, which stays as it is", async () => {
    const own = new ExportError('broken', `The key ${apiKey} is wrong. Set another.`);

    const [error] = await errorsOf(() => raise(own));

    expect(error?.message).toBe('The key [redacted] is wrong. Set another.');
    expect(error).toBeInstanceOf(ExportError);
    expect(own.message).toContain(apiKey);
  });

  it('is an error as it is where it quotes no secret', async () => {
    const own = new ExportError('broken', 'The key is wrong. Set another.');

    const [error] = await errorsOf(() => raise(own));

    expect(error).toBe(own);
  });

  it('hides what redactKeys names, and nothing where redactSecrets is off', async () => {
    const act = (): never => raise(new Error('favourite_colour=ultramarine'));

    const [named] = await errorsOf(act, { redactKeys: ['favourite_colour'] });
    const [open] = await errorsOf(act, { redactKeys: ['favourite_colour'], redactSecrets: false });

    expect(named?.message).toContain('favourite_colour=[redacted]');
    expect(open?.message).toContain('favourite_colour=ultramarine');
  });

  it('is a process warning where there is no onError, without secrets as well', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);

    init({ exporters: [broken(() => raise(new Error(apiKey)))] });
    echo(1);
    await flush();

    expect(warn.mock.calls).toEqual([
      [
        "The exporter 'broken' failed, and its trace is lost there (see stats() for how many): Error: [redacted].",
        { type: 'ExportError', code: 'TRACED_AGENTS' },
      ],
    ]);
  });
});

async function errorsOf(act: () => void, options: InitOptions = {}): Promise<TracingError[]> {
  const errors: TracingError[] = [];
  init({ exporters: [broken(act)], onError: (error) => errors.push(error), ...options });
  echo(1);
  echo(2);
  await flush();
  return errors;
}

function broken(act: () => void): TraceExporter {
  return { name: 'broken', delivery: 'inline', export: act };
}

function raise(error: unknown): never {
  throw error;
}
