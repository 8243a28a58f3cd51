import { instrument, shutdown, TracedAgent, TracedTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, treeOf } from '../support/recording.js';

afterEach(async () => {
  await shutdown();
});

describe('instrument', () => {
  it('traces methods of a class one does not own, until it is undone', () => {
    class Library {
      static version() {
        return 1;
      }
      query(text: string) {
        return text.length;
      }
    }
    class Derived extends Library {}
    const memory = recordInMemory();
    const existing = new Derived();
    const original = Library.prototype.query;

    const undo = instrument(Derived, { query: TracedTool({ name: 'search' }), version: TracedTool() });
    existing.query('abc');
    Derived.version();
    undo();
    existing.query('abc');

    expect(memory.traces.map(treeOf)).toEqual(['search', 'version']);
    expect([
      Derived.prototype.query === original,
      Object.hasOwn(Derived.prototype, 'query'),
      Object.hasOwn(Derived, 'version'),
    ]).toEqual([true, false, false]);
  });

  it('refuses a method that does not exist, and changes nothing', () => {
    class Library {
      query() {}
    }
    const { query } = Library.prototype;

    expect(() => instrument(Library, { query: TracedTool(), qeury: TracedTool() } as never)).toThrow(
      "instrument() found no method 'qeury' in the class 'Library'",
    );
    expect(Library.prototype.query).toBe(query);
  });

  it('leaves the original, in whichever order it is undone', () => {
    class Library {
      query() {}
    }
    class Derived extends Library {}
    const memory = recordInMemory();
    const original = Object.getOwnPropertyDescriptor(Library.prototype, 'query');
    const undoThose = [Library, Derived].map((target) => [
      instrument(target, { query: TracedTool({ name: 'a' }) }),
      instrument(target, { query: TracedTool({ name: 'b' }) }),
      instrument(target, { query: TracedTool({ name: 'c' }) }),
    ]);

    for (const [undoA, undoB, undoC] of undoThose) {
      undoB?.();
      undoA?.();
      undoA?.();
      undoC?.();
    }
    new Derived().query();

    expect(memory.traces).toEqual([]);
    expect(Object.getOwnPropertyDescriptor(Library.prototype, 'query')).toEqual(original);
    expect(Object.hasOwn(Derived.prototype, 'query')).toBe(false);
  });

  it('leaves what somebody else has put around it', () => {
    class Library {
      query() {
        return 1;
      }
    }
    const undo = instrument(Library, { query: TracedTool() });
    const decorated = Library.prototype.query;
    const theirs = () => decorated();
    Library.prototype.query = theirs;

    undo();

    expect(Library.prototype.query).toBe(theirs);
  });

  it('traces a static method and one of the instances that share a name', () => {
    class Library {
      static call() {}
      call() {}
    }
    class Bare {
      call() {}
    }
    const memory = recordInMemory();

    instrument(Library, { call: TracedTool({ name: 'both' }) });
    instrument(Bare, { call: TracedTool() });
    Library.call();
    new Library().call();

    expect(memory.traces.map(treeOf)).toEqual(['both', 'both']);
    expect(Object.hasOwn(Bare, 'call')).toBe(false);
  });

  it.each([
    [
      { constructor: TracedAgent() },
      "instrument() cannot decorate 'constructor' of the class 'Library'. Name the methods that are to be traced, or wrap what makes the instances.",
    ],
    [
      { query: 1 },
      "instrument() takes a decorator for 'query' of the class 'Library', but got number. Give it one, such as TracedTool().",
    ],
    [{ query: TracedTool }, '@TracedTool stands without its parentheses. Write @TracedTool() instead.'],
    [undefined, 'instrument() takes an object of decorators by method, but got undefined.'],
  ])('refuses %o with what to do', (methods, message) => {
    class Library {
      query() {}
    }

    expect(() => instrument(Library, methods as never)).toThrow(new TypeError(message));
  });

  it('changes nothing where one of the methods is frozen', () => {
    class Library {
      query() {}
      close() {}
    }
    const before = Library.prototype.query;
    Object.defineProperty(Library.prototype, 'close', { writable: false, configurable: false });

    expect(() => instrument(Library, { query: TracedTool(), close: TracedTool() })).toThrow(
      new TypeError(
        "instrument() cannot decorate 'close' of the class 'Library': it is frozen, or cannot be redefined. Wrap what is called with traceTool(), traceLLM() or traceAgent().",
      ),
    );
    expect(Library.prototype.query).toBe(before);
  });
});
