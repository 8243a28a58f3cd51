import { Exclude, Expose, Transform } from 'class-transformer';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { markAgent, markSensitive } from '../../../lib/tracing/capture/class-facts.js';

// As in a bundle: what is not at class-transformer's public door is not there.
vi.mock('../../../lib/tracing/capture/class-transformer-internals.js', () => ({
  loadedTransformInternals: () => [],
}));

let read: (value: unknown) => unknown;

beforeAll(async () => {
  const { Capture } = await import('../../../lib/tracing/capture/capture.js');
  const capture = new Capture();
  read = (value) => JSON.parse(capture.value(value, 'x'));
});

class Card {
  owner = 'Ada';
  @Exclude() pin = '1234';
  @Expose({ name: 'number' }) digits = '4111';
  @Transform(({ value }) => `***${String(value).slice(-1)}`) code = '987';
}

class Agent {
  state = 'canary';
}
markAgent(Agent.prototype, () => 'helper');

class Inner {
  pin = '1234';
  ok = 1;
}
markSensitive(Inner.prototype, 'pin');

describe("class-transformer's decorators in a bundle", () => {
  it('are obeyed', () => {
    expect(read(new Card())).toEqual({ owner: 'Ada', number: '4111', code: '***7' });
    expect(read({ list: [new Card()] })).toEqual({ list: [{ owner: 'Ada', number: '4111', code: '***7' }] });
  });

  it('bring to light nothing that is hidden for the name of its field', () => {
    class Login {
      @Expose({ name: 'number' }) digits = 'canary';
      @Expose({ name: 'pw' }) password = 'canary';
      @Transform(({ value }) => value) token = 'canary';
    }
    markSensitive(Login.prototype, 'digits');

    expect(read(new Login())).toEqual({ number: '[redacted]', pw: '[redacted]', token: '[redacted]' });
  });

  it('are obeyed on errors', () => {
    class HttpError extends Error {
      @Exclude() body = 'canary';
    }

    expect(read(new HttpError('failed', { cause: new Error('inner') }))).toEqual({
      type: 'HttpError',
      message: 'failed',
      cause: { type: 'Error', message: 'inner' },
    });
  });

  it('do not touch callbacks, promises, agents and what is sensitive in the fields of any instance', async () => {
    const calls: string[] = [];
    class Holder {
      onDone = () => calls.push('called');
      later = Promise.reject(new Error('handled by its owner'));
      agent = new Agent();
      inner = new Inner();
      when = new Date(0);
    }
    const holder = new Holder();

    expect(read(holder)).toEqual({
      later: '[Promise]',
      agent: 'helper',
      inner: { pin: '[redacted]', ok: 1 },
      when: '1970-01-01T00:00:00.000Z',
    });
    expect(calls).toEqual([]);
    await expect(holder.later).rejects.toThrow('handled by its owner');
  });
});
