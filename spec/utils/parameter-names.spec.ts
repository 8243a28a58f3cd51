import { describe, expect, it } from 'vitest';
import { parameterNames } from '../../lib/utils/parameter-names.js';

const key = 'computed';
const methods = {
  plain(a: number, b: number) {
    return a + b;
  },
  async promised(a: number) {
    return a;
  },
  *generated(a: number) {
    yield a;
  },
  async *streamed(a: number) {
    yield a;
  },
  [`${key}(${1})`](a: number) {
    return a;
  },
  'a, (string) name'(a: number) {
    return a;
  },
  [Symbol.iterator](a: number) {
    return a;
  },
  get(a: number) {
    return a;
  },
  static(a: number) {
    return a;
  },
};

class Private {
  static find(): (...args: never[]) => unknown {
    return new Private().#hidden;
  }
  #hidden(a: number, $b: number) {
    return a + $b;
  }
}

function lowered(method: string): (...args: never[]) => unknown {
  return new Function(`return { ${method} }.login`)();
}

describe('parameterNames', () => {
  it.each<[string, (...args: never[]) => unknown, (string | undefined)[], number]>([
    ['a method', methods.plain, ['a', 'b'], -1],
    ['an async method', methods.promised, ['a'], -1],
    ['a generator', methods.generated, ['a'], -1],
    ['an async generator', methods.streamed, ['a'], -1],
    ['a computed name', methods['computed(1)'] as never, ['a'], -1],
    ['a string name', methods['a, (string) name'], ['a'], -1],
    ['a symbol name', methods[Symbol.iterator], ['a'], -1],
    ['a method called get', methods.get, ['a'], -1],
    ['a method called static', methods.static, ['a'], -1],
    ['a private method', Private.find(), ['a', '$b'], -1],
    ['an arrow', (a: number, b: number) => a + b, ['a', 'b'], -1],
    ['an arrow without parentheses', new Function('return a => a')(), ['a'], -1],
    ['an async arrow without parentheses', new Function('return async a => a')(), ['a'], -1],
    [
      'a function',
      function named(a: number) {
        return a;
      },
      ['a'],
      -1,
    ],
    [
      'an async generator function',
      async function* (a: number) {
        yield a;
      },
      ['a'],
      -1,
    ],
    ['no parameters', () => 1, [], -1],
    ['rest', (a: number, ...rest: number[]) => [a, rest], ['a', 'rest'], 1],
    ['destructuring', ({ a }: { a: number }, b: number, [c]: number[]) => [a, b, c], [undefined, 'b', undefined], -1],
    [
      'defaults with brackets',
      (a = [1, { b: 2 }], c = ((x: number) => x)(1), d = ')') => [a, c, d],
      ['a', 'c', 'd'],
      -1,
    ],
    ['defaults with templates', (a = `x${[1, 2].map((n) => `${n},`).join(')')},`, b = 1) => [a, b], ['a', 'b'], -1],
    ['defaults with regular expressions', (a = /[/,)]\/,/g, b = 4 / 2, c = 1) => [a, b, c], ['a', 'b', 'c'], -1],
    ['comments', new Function('return function f(a /* , x) */, // y,\n b) {}')(), ['a', 'b'], -1],
    ['a trailing comma', new Function('return (a, b,) => 1')(), ['a', 'b'], -1],
    ['umlauts', new Function('return (größe, $ß_1) => 1')(), ['größe', '$ß_1'], -1],
    ['an arrow with letters of other scripts', new Function('return \u540d\u524d => 1')(), ['\u540d\u524d'], -1],
    [
      'names with blanks of other scripts beside them',
      new Function('return (\u00a0größe\u2003=\u00a01,\u3000naïve) => 1')(),
      ['größe', 'naïve'],
      -1,
    ],
    ['a destructured rest', new Function('return (a, ...[b, c]) => 1')(), ['a', undefined], 1],
    [
      'an async method made for older targets',
      lowered(
        'login(user_1) { return __awaiter(this, arguments, void 0, function* (user, password = "x", { a } = {}, ...rest) { return 1; }); }',
      ),
      ['user', 'password', undefined, 'rest'],
      3,
    ],
    [
      'an async generator made for older targets',
      lowered(
        'login(user_1) { return (0, tslib_1.__asyncGenerator)(this, arguments, function* login_1(user, token = 1) {}); }',
      ),
      ['user', 'token'],
      -1,
    ],
    [
      'an async arrow made for older targets',
      new Function(
        'return (user_1, ...args_1) => __awaiter(void 0, [user_1, ...args_1], void 0, function* (user, token = 1) {})',
      )(),
      ['user', 'token'],
      -1,
    ],
    [
      'an async method made for older targets, which keeps its parameters',
      lowered('login(user, password) { return __awaiter(this, void 0, void 0, function* () { return 1; }); }'),
      ['user', 'password'],
      -1,
    ],
    ['a bound function', methods.plain.bind(null), [], -1],
    ['a native function', Math.max, [], -1],
    [
      'a class',
      class {
        constructor(readonly: number) {
          void readonly;
        }
      } as never,
      [],
      -1,
    ],
  ])('reads %s', (_case, fn, names, restIndex) => {
    expect(parameterNames(fn)).toMatchObject({ names, restIndex });
  });
});
