import { hostname } from 'node:os';
import { newSpanId } from '../../utils/ids.js';
import { startOf, thisStart } from './process-start.js';

/** Who writes a segment, or delivers it: a file belongs to one process at a time. */
export interface SegmentOwner {
  readonly host: string;
  /** 0 once the process has let go of it. */
  readonly pid: number;
  /** Tells the process from others that had its number before it or got it after it. */
  readonly start: string;
}

/** What a segment's file name says. */
export interface SegmentName extends SegmentOwner {
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  /** Tells segments apart that are otherwise alike. */
  readonly id: string;
}

const pattern = /^(?<created>[0-9a-z]{9})-(?<host>[\w.]*)-(?<pid>\d+)-(?<start>\w+)-(?<id>[0-9a-f]{8})\.jsonl$/;

/** All are there where the pattern fits. */
type Parts = Readonly<Record<'created' | 'host' | 'pid' | 'start' | 'id', string>>;

/** A name that no other segment has. Names sort by age. */
export function newSegmentName(): SegmentName {
  return { createdMs: Date.now(), ...thisProcess(), id: newSpanId().slice(0, 8) };
}

/** The same segment in the hands of this process. */
export function claimed(name: SegmentName): SegmentName {
  return { ...name, ...thisProcess() };
}

/** The same segment in nobody's hands. */
export function released(name: SegmentName): SegmentName {
  return { ...name, pid: 0 };
}

export function fileNameOf({ createdMs, host, pid, start, id }: SegmentName): string {
  return `${createdMs.toString(36).padStart(9, '0')}-${host}-${pid}-${start}-${id}.jsonl`;
}

/** `undefined` for the name of another file. */
export function parseFileName(text: string): SegmentName | undefined {
  const parts = pattern.exec(text)?.groups as Parts | undefined;
  if (parts === undefined) return undefined;
  const { created, host, pid, start, id } = parts;
  return { createdMs: Number.parseInt(created, 36), host, pid: Number(pid), start, id };
}

/** What is known of an owner. Of other machines' processes nothing is, nor of those of a system that does not tell when they began. */
export function stateOf({ host, pid, start }: SegmentOwner): 'lives' | 'is gone' | 'unknown' {
  if (pid === 0) return 'is gone';
  if (host !== thisHost()) return 'unknown';
  // A container begins again with the name and the number that it had.
  if (pid === process.pid) return start === thisStart() ? 'lives' : 'is gone';
  if (!isRunning(pid)) return 'is gone';
  const known = startOf(pid);
  if (known === undefined) return 'unknown';
  return known === start ? 'lives' : 'is gone';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's, but there
  }
}

function thisProcess(): SegmentOwner {
  return { host: thisHost(), pid: process.pid, start: thisStart() };
}

function thisHost(): string {
  return hostname()
    .replace(/[^\w.]/g, '_')
    .slice(0, 64);
}
