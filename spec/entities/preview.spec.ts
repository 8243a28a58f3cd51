import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPreview, previewOf, type Speaker } from '../../lib/entities/preview.js';
import { Trace } from '../../lib/entities/trace.js';
import { traceToLine } from '../../lib/entities/trace-line.js';
import { findMlflow } from '../support/python.js';
import { aTrace } from '../support/traces.js';

const mlflow = findMlflow();
if ('skip' in mlflow) console.log(`Skipped: ${mlflow.skip}`);

const ask = (content: unknown) => ({ role: 'user', content });
const answer = (content: unknown) => ({ role: 'assistant', content });

/** What is asked or answered, and what of it is shown as a request and as a response; `JSON` stands for itself. */
const shapes: readonly (readonly [title: string, value: unknown, request: string, response: string])[] = [
  ['arguments', { question: 'Why?' }, 'JSON', 'JSON'],
  ['a text', 'Why?', 'JSON', 'JSON'],
  ['a number', 1.5, 'JSON', 'JSON'],
  ['nothing', null, 'JSON', 'JSON'],
  ['a list', [ask('a')], 'JSON', 'JSON'],
  ['messages', { messages: [ask('a'), answer('b'), ask('c'), answer('d')] }, 'c', 'd'],
  ['messages of others', { messages: [{ role: 'system', content: 'a' }] }, 'a', 'a'],
  ['no messages', { messages: [] }, 'JSON', 'JSON'],
  ['no messages but an input', { messages: [], input: [ask('a')] }, 'a', 'a'],
  ['messages that are none, before an input', { messages: [1], input: [ask('a')] }, 'JSON', 'JSON'],
  ['messages that are no list, before an input', { messages: 'x', input: [ask('a')] }, 'a', 'a'],
  ['messages among what is none', { messages: [ask('a'), { role: 'user' }, { content: 'x' }, null] }, 'a', 'a'],
  ['a message without words', { messages: [ask('')] }, 'JSON', 'JSON'],
  ['a message of null', { messages: [answer(null)] }, 'JSON', 'JSON'],
  ['a message that is an object', { messages: [ask({ text: 'a' })] }, 'JSON', 'JSON'],
  ['a message in parts', { messages: [ask([{ type: 'image' }, { type: 'text', text: 'a' }])] }, 'a', 'a'],
  ['a message in parts of texts', { messages: [ask([1, null, 'a', 'b'])] }, 'a', 'a'],
  ['a message in parts without text', { messages: [ask([{ type: 'image' }, { text: 'a' }])] }, 'JSON', 'JSON'],
  ['a message whose first part is empty', { messages: [ask(['', 'a'])] }, 'JSON', 'JSON'],
  ['choices', { choices: [{ message: answer('a') }, { message: answer('b') }] }, 'a', 'a'],
  ['choices of nothing', { choices: [null], output: [answer('a')] }, 'a', 'a'],
  ['no choices', { choices: [], output: [answer('a')] }, 'a', 'a'],
  ['choices that are no list', { choices: {}, output: [answer('a')] }, 'a', 'a'],
  ['a choice that is cut', { choices: [{ message: { role: 'assistant' } }], output: [answer('a')] }, 'a', 'a'],
  ['an input', { input: [ask('a'), answer('b')] }, 'a', 'b'],
  ['an input of text', { input: 'Why?' }, 'JSON', 'JSON'],
  ['an output', { output: [{ type: 'reasoning' }, answer([{ type: 'output_text', text: 'a' }])] }, 'a', 'a'],
  ['an output of calls', { output: [{ type: 'function_call' }] }, 'JSON', 'JSON'],
  ['a request around', { request: { input: [ask('a')] } }, 'a', 'a'],
  ['requests around a request', { request: { request: { messages: [ask('a')] } } }, 'a', 'a'],
  ['a request of text', { request: 'Why?' }, 'JSON', 'JSON'],
  ['the words in a text', { note: '"messages":' }, 'JSON', 'JSON'],
  ['words that are a chat themselves', { messages: [ask('{"messages":[{"role":"user","content":"a"}]}')] }, '', ''],
  ['prototypes', { __proto__: null, messages: [{ ['__proto__']: 1, role: 'user', content: 'a' }] }, 'a', 'a'],
];

describe('the preview of a request or a response', () => {
  it.each(shapes)('of %s is what was said last', (_title, value, request, response) => {
    const json = JSON.stringify(value);
    const { messages: [said] = [] } = (value ?? {}) as { messages?: { content: string }[] };
    const meant = (shown: string) => (shown === 'JSON' ? json : shown === '' ? said?.content : shown);

    expect([previewOf(json, 'user'), previewOf(json, 'assistant')]).toEqual([meant(request), meant(response)]);
  });

  it('is JSON where what should be text is none', () => {
    const json = '{"messages":[{"role":"user","content":[{"type":"text","text":5}]}]}';

    expect(previewOf(json, 'user')).toBe(json);
  });

  it('is the text where it is no JSON after all', () => {
    expect(previewOf('{"messages":[', 'user')).toBe('{"messages":[');
  });

  it.each([
    ['words', 'x'.repeat(1001), `${'x'.repeat(997)}...`],
    ['words beyond the basic plane', '🧮'.repeat(1001), `${'🧮'.repeat(997)}...`],
    ['words of just the length', '🧮'.repeat(1000), '🧮'.repeat(1000)],
  ])('is cut: %s', (_title, words, preview) => {
    expect(previewOf(JSON.stringify({ messages: [ask(words)] }), 'user')).toBe(preview);
  });

  it('is written into files, and what was written is read as it is', () => {
    const chat = JSON.stringify({ messages: [ask('inner')] });
    const trace = aTrace({ spans: [{ inputs: { messages: [ask(chat)] }, outputs: { output: [answer('b')] } }] });

    const { info } = Trace.fromJSON(traceToLine(trace));

    expect([trace.info.requestPreview, trace.info.responsePreview]).toEqual([chat, 'b']);
    expect([info.requestPreview, info.responsePreview]).toEqual([chat, 'b']);
    expect(Trace.fromJSON(trace.toJSON()).info.requestPreview).toBe(chat);
  });
});

describe.skipIf('skip' in mlflow)('Python MLflow', () => {
  it('makes the same previews of all shapes', () => {
    const asked = shapes.flatMap(([, value]) => bothSides(JSON.stringify(value)));

    expect(asked.map(ours)).toEqual(previewsByMlflow(asked));
  });

  it('makes the same previews of whatever looks like a chat', () => {
    const asked = fc
      .sample(almostAChat, { numRuns: 2000, seed: 7 })
      .flatMap((value) => bothSides(JSON.stringify(value)));

    const theirs = previewsByMlflow(asked);
    const others = asked.filter((one, index) => ours(one) !== (theirs[index] ?? cutPreview(one[0])));
    const shown = asked.filter(([json], index) => theirs[index] !== null && theirs[index] !== cutPreview(json));

    expect(others.slice(0, 3)).toEqual([]);
    // Enough of them to mean something.
    expect(shown.length).toBeGreaterThan(300);
  });
});

type Asked = readonly [json: string, speaker: Speaker];

function bothSides(json: string): Asked[] {
  return [
    [json, 'user'],
    [json, 'assistant'],
  ];
}

function ours([json, speaker]: Asked): string {
  return previewOf(json, speaker);
}

function previewsByMlflow(asked: readonly Asked[]): readonly (string | null)[] {
  const python = 'python' in mlflow ? mlflow.python : '';
  const script = fileURLToPath(new URL('preview-by-mlflow.py', import.meta.url));
  const input = asked.map((line) => `${JSON.stringify(line)}\n`).join('');
  const output = execFileSync(python, [script], { input, encoding: 'utf8', maxBuffer: 1e9 });
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as string | null);
}

const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom('', '🧮'.repeat(1001), 'x'.repeat(1000), '\ud800'),
);
const anything = fc.oneof(words, fc.constantFrom(null, 0, 1.5, true, [], {}), fc.jsonValue({ maxDepth: 1 }));
const part = fc.oneof(
  words,
  anything,
  fc.record({ type: fc.constantFrom('text', 'output_text', 'image'), text: fc.oneof(words, words, anything) }),
);
const message = fc.record(
  {
    role: fc.constantFrom('user', 'assistant', 'system', 5, null),
    content: fc.oneof(
      { weight: 3, arbitrary: words },
      { weight: 2, arbitrary: fc.array(part, { maxLength: 3 }) },
      anything,
    ),
  },
  { requiredKeys: ['role'] },
);
const messages = fc.oneof({ weight: 4, arbitrary: fc.array(fc.oneof(message, anything), { maxLength: 4 }) }, anything);
const choices = fc.oneof(fc.array(fc.oneof(fc.record({ message }), anything), { maxLength: 2 }), anything);
const almostAChat = fc.letrec((tie) => ({
  chat: fc.record(
    {
      messages,
      choices,
      input: messages,
      output: messages,
      request: fc.oneof({ depthSize: 'small', withCrossShrink: true }, anything, tie('chat')),
      question: words,
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
})).chat;
