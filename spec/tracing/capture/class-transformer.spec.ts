import { Exclude, Expose, Transform } from 'class-transformer';
import { describe, expect, it } from 'vitest';
import { Capture } from '../../../lib/tracing/capture/capture.js';
import { markSensitive } from '../../../lib/tracing/capture/class-facts.js';

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
});
