import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as later } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { traceToLine } from '../../../lib/entities/trace-line.js';
import { FileExporter } from '../../../lib/exporters/file/file-exporter.js';
import { temporaryFolders } from '../../support/temporary-folder.js';
import { aTrace } from '../../support/traces.js';

const temporaryFolder = temporaryFolders();

describe('rotation', () => {
  it('moves the file away before it would exceed its bound, and keeps so many', () => {
    const { folder, exporter } = setUp({ maxBytes: 2.5 * lengthOfOne, maxFiles: 2 });

    for (let number = 0; number < 8; number += 1) exporter.export([numbered(number)]);

    expect(contentsOf(folder)).toEqual({
      'traces.jsonl': [6, 7],
      'traces.jsonl.1': [4, 5],
      'traces.jsonl.2': [2, 3],
    });
  });

  it('keeps a line that alone exceeds the bound in a file of its own', () => {
    const { folder, exporter } = setUp({ maxBytes: 1, maxFiles: 5 });

    exporter.export([numbered(0), numbered(1)]);

    expect(contentsOf(folder)).toEqual({ 'traces.jsonl': [1], 'traces.jsonl.1': [0] });
  });

  it('counts what another process has written', () => {
    const { folder, exporter } = setUp({ maxBytes: 2.5 * lengthOfOne, maxFiles: 2 });
    const other = new FileExporter({ path: exporter.path });

    exporter.export([numbered(0)]);
    other.export([numbered(1)]);
    exporter.export([numbered(2)]);
    other.export([numbered(3)]);

    expect(contentsOf(folder)).toEqual({ 'traces.jsonl': [2, 3], 'traces.jsonl.1': [0, 1] });
  });

  it('is left to another process that is about it', () => {
    const { folder, exporter } = setUp({ maxBytes: 1, maxFiles: 2 });
    exporter.export([numbered(0)]);
    writeFileSync(`${exporter.path}.rotating`, '');

    exporter.export([numbered(1)]);

    expect(contentsOf(folder)).toEqual({ 'traces.jsonl': [0, 1], 'traces.jsonl.rotating': [] });
  });

  it('takes over from a process that died over it', () => {
    const { folder, exporter } = setUp({ maxBytes: 1, maxFiles: 2 });
    exporter.export([numbered(0)]);
    writeFileSync(`${exporter.path}.rotating`, '');
    utimesSync(`${exporter.path}.rotating`, 0, 0);

    exporter.export([numbered(1)]);
    exporter.export([numbered(2)]);

    expect(contentsOf(folder)).toEqual({ 'traces.jsonl': [2], 'traces.jsonl.1': [0, 1] });
  });

  it('takes over from a process that died over taking over', () => {
    const { folder, exporter } = setUp({ maxBytes: 1, maxFiles: 2 });
    exporter.export([numbered(0)]);
    for (const lock of [`${exporter.path}.rotating`, `${exporter.path}.rotating.stale`]) {
      writeFileSync(lock, '');
      utimesSync(lock, 0, 0);
    }

    exporter.export([numbered(1), numbered(2), numbered(3)]);

    expect(contentsOf(folder)).toEqual({ 'traces.jsonl': [3], 'traces.jsonl.1': [0, 1, 2] });
  });

  it('leaves taking over to another process that is about it', () => {
    const { folder, exporter } = setUp({ maxBytes: 1, maxFiles: 2 });
    exporter.export([numbered(0)]);
    writeFileSync(`${exporter.path}.rotating`, '');
    utimesSync(`${exporter.path}.rotating`, 0, 0);
    writeFileSync(`${exporter.path}.rotating.stale`, '');

    exporter.export([numbered(1), numbered(2)]);

    expect(contentsOf(folder)).toMatchObject({ 'traces.jsonl': [0, 1, 2], 'traces.jsonl.rotating': [] });
  });

  it('gives way to the traces where the system refuses it', () => {
    const { exporter } = setUp({ maxBytes: 1, maxFiles: 1 });
    exporter.export([numbered(0)]);
    mkdirSync(`${exporter.path}.1`); // cannot be taken away as a file

    exporter.export([numbered(1)]);

    expect(numbersIn(exporter.path)).toEqual([0, 1]);
  });
});

describe('what is read while files are rotated', () => {
  it('misses no trace that stands in any of them', async () => {
    const { exporter } = setUp({ maxBytes: 2.5 * lengthOfOne, maxFiles: 100 });
    exporter.export(Array.from({ length: 20 }, (_, number) => numbered(number)));
    const all = exporter.searchTraces({});
    const oldest = exporter.getTrace(numbered(0).info.traceId);

    for (let number = 20; number < 60; number += 1) {
      exporter.export([numbered(number)]);
      await later();
    }

    const ids = new Set((await all).map(({ info }) => info.traceId));
    expect(
      Array.from({ length: 20 }, (_, number) => numbered(number).info.traceId).filter((id) => !ids.has(id)),
    ).toEqual([]);
    expect((await oldest)?.info.traceId).toBe(numbered(0).info.traceId);
  });

  it('is no error where a file is gone when its turn comes', async () => {
    const { exporter } = setUp({ maxBytes: 1, maxFiles: 20 });
    exporter.export(Array.from({ length: 10 }, (_, number) => numbered(number)));

    const all = exporter.searchTraces({});
    await later();
    for (let number = 1; number <= 9; number += 1) rmSync(`${exporter.path}.${number}`);

    await expect(all).resolves.toContainEqual(numbered(9));
  });
});

function setUp(options: { readonly maxBytes: number; readonly maxFiles: number }) {
  const folder = temporaryFolder();
  return { folder, exporter: new FileExporter({ path: join(folder, 'traces.jsonl'), ...options }) };
}

function numbered(number: number) {
  return aTrace({ id: `tr-${number.toString(16).padStart(32, '0')}` });
}

const lengthOfOne = traceToLine(numbered(1)).length + 1;

function numbersIn(path: string): number[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => Number.parseInt(String(JSON.parse(line).info.trace_id).slice(3), 16));
}

function contentsOf(folder: string): Readonly<Record<string, number[]>> {
  const files = readdirSync(folder).filter((file) => statSync(join(folder, file)).isFile());
  return Object.fromEntries(files.map((file) => [file, numbersIn(join(folder, file))]));
}
