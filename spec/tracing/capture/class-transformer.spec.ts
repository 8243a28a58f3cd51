import { Exclude, Expose, Transform } from 'class-transformer';
import { describe, expect, it } from 'vitest';
import { Capture } from '../../../lib/tracing/capture/capture.js';
import { markAgent, markSensitive } from '../../../lib/tracing/capture/class-facts.js';

const capture = new Capture();
const read = (value: unknown): unknown => JSON.parse(capture.value(value, 'x'));

class Card {
  owner = 'Ada';
  @Exclude() pin = '1234';
  @Expose({ name: 'number' }) digits = '4111111111111111';
  @Transform(({ value }) => `***${String(value).slice(-1)}`) code = '987';
}

class GoldCard extends Card {
  level = 'gold';
}

@Exclude()
class Vault {
  content = 'gold';
  @Expose() name = 'vault';
}

class Broken {
  @Transform(() => {
    throw new Error('no');
  })
  value = 'raw';
}

class HttpError extends Error {
  @Exclude() body = 'canary';
  @Transform(({ value }) => `***${String(value).slice(-1)}`) state = '503';
}

@Exclude()
class SilentError extends Error {
  @Expose() code = 1;
}

class Node {
  @Exclude() secret = 's';
  name: string;
  next: Node | undefined;
  constructor(name: string) {
    this.name = name;
  }
}

class Plain {
  card = new Card();
  list = [new Vault()];
}

describe("class-transformer's decorators", () => {
  it('decide what is captured of an instance', () => {
    expect(read(new Card())).toEqual({ owner: 'Ada', number: '4111111111111111', code: '***7' });
  });

  it('are inherited', () => {
    expect(read(new GoldCard())).toEqual({ owner: 'Ada', number: '4111111111111111', code: '***7', level: 'gold' });
  });

  it('hide all but what is exposed where they stand on the class', () => {
    expect(read({ vault: new Vault() })).toEqual({ vault: { name: 'vault' } });
  });

  it('hold inside instances of other classes', () => {
    expect(read(new Plain())).toEqual({
      card: { owner: 'Ada', number: '4111111111111111', code: '***7' },
      list: [{ name: 'vault' }],
    });
  });

  it('hold on errors, for what these have from their own class as well', () => {
    expect(read(new HttpError('failed', { cause: new HttpError('inner') }))).toEqual({
      type: 'HttpError',
      message: 'failed',
      cause: { type: 'HttpError', message: 'inner', state: '***3' },
      state: '***3',
    });
    expect(read(new SilentError('the key is canary', { cause: 'canary' }))).toEqual({ type: 'SilentError', code: 1 });
  });

  it('bring to light nothing that is hidden for the name of its field', () => {
    class Login {
      @Expose({ name: 'pw' }) password = 'canary';
      @Transform(({ value }) => value) token = 'canary';
    }

    expect(read(new Login())).toEqual({ pw: '[redacted]', token: '[redacted]' });
  });

  it('that throw hide their instance, and nothing else', () => {
    expect(read({ before: 1, broken: new Broken(), after: 2 })).toEqual({
      before: 1,
      broken: '[unserializable]',
      after: 2,
    });
  });

  it('hold in a circle', () => {
    const [a, b] = [new Node('a'), new Node('b')];
    a.next = b;
    b.next = a;

    const json = capture.value(a, 'x');

    expect(json).not.toContain('secret');
    expect(JSON.parse(json)).toMatchObject({ name: 'a', next: { name: 'b' } });
  });

  it('do not stop secrets from being hidden', () => {
    class Login {
      @Expose({ name: 'user' }) login = 'ada';
      password = 'hunter2';
      note = 'sensitive';
    }
    markSensitive(Login.prototype, 'note');

    expect(read(new Login())).toEqual({ user: 'ada', password: '[redacted]', note: '[redacted]' });
  });

  it('do not carry instances in fields past the rules of their own classes', () => {
    class Outer {
      @Exclude() id = 1;
      inner = new Inner();
      agent = new Agent();
      list = [new Inner()];
      seen = 'yes';
    }

    expect(read(new Outer())).toEqual({
      inner: { pin: '[redacted]', ok: 1 },
      agent: 'helper',
      list: [{ pin: '[redacted]', ok: 1 }],
      seen: 'yes',
    });
  });

  it('never call a function that a field holds, nor wait for a promise', async () => {
    const calls: string[] = [];
    class Holder {
      @Exclude() id = 1;
      onDone = () => calls.push('called');
      later = Promise.reject(new Error('handled by its owner'));
      ok = 1;
    }
    const holder = new Holder();

    expect(read(holder)).toEqual({ later: '[Promise]', ok: 1 });
    expect(calls).toEqual([]);
    await expect(holder.later).rejects.toThrow('handled by its owner');
  });

  it.each([
    ['a text', 'Ferrari'],
    ['another class', Object],
  ])('hold where a field called constructor holds %s', (_case, constructor) => {
    const card = Object.assign(new Card(), { constructor });

    expect(read(card)).toEqual({ owner: 'Ada', number: '4111111111111111', code: '***7' });
  });

  it('never have getters of fields called, nor of what these hold', () => {
    const calls: string[] = [];
    class Holder {
      @Exclude() id = 1;
      options = {
        get deep() {
          return calls.push('deep');
        },
      };
    }
    const holder = new Holder();
    Object.defineProperty(holder, 'lazy', { get: () => calls.push('lazy'), enumerable: true });

    expect(read(holder)).toEqual({ options: { deep: '[getter]' }, lazy: '[getter]' });
    expect(calls).toEqual([]);
  });

  it('never have a thenable work, be it the instance or what it holds', () => {
    const calls: string[] = [];
    class Query {
      @Exclude() id = 1;
      table = 'users';
      inner = { then: () => calls.push('inner') };
      then(_done: unknown, failed: (cause: Error) => void) {
        calls.push('query');
        failed(new Error('unhandled'));
      }
    }

    expect(read(new Query())).toEqual({ table: 'users', inner: { then: '[function then]' } });
    expect(calls).toEqual([]);
  });

  it('do not show what is sensitive under another name', () => {
    class Renamed {
      @Expose({ name: 'number' }) digits = '4111';
    }
    markSensitive(Renamed.prototype, 'digits');

    expect(read(new Renamed())).toEqual({ number: '[redacted]' });
  });

  it('and toJSON do not lay bare what is sensitive', () => {
    class Told {
      pin = '1234';
      ok = 1;
      toJSON() {
        return { ...this };
      }
    }
    markSensitive(Told.prototype, 'pin');

    expect(read(new Told())).toEqual({ pin: '[redacted]', ok: 1 });
  });
});

class Inner {
  pin = '1234';
  ok = 1;
}
markSensitive(Inner.prototype, 'pin');

class Agent {
  state = 'canary';
}
markAgent(Agent.prototype, () => 'helper');
