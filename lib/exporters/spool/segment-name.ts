import { hostname } from 'node:os';
import { newSpanId } from '../../utils/ids.js';

/** Who writes a segment, or delivers it: a file belongs to one process at a time. */
export interface SegmentOwner {
  readonly host: string;
  /** 0 once the process has let go of it. */
  readonly pid: number;
  /** Since when it has been the owner, in milliseconds since 1970. */
  readonly sinceMs: number;
}

/** What a segment's file name says. */
export interface SegmentName extends SegmentOwner {
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  /** Tells segments apart that are otherwise alike. */
  readonly id: string;
}

const pattern = /^(?<created>[0-9a-z]{9})-(?<host>[\w.]*)-(?<pid>\d+)-(?<since>[0-9a-z]+)-(?<id>[0-9a-f]{8})\.jsonl$/;

/** A name that no other segment has. Names sort by age. */
export function newSegmentName(): SegmentName {
  const owner = thisProcess();
  return { createdMs: owner.sinceMs, ...owner, id: newSpanId().slice(0, 8) };
}

/** The same segment in the hands of this process. */
export function claimed(name: SegmentName): SegmentName {
  return { ...name, ...thisProcess() };
}

/** The same segment in nobody's hands. */
export function released(name: SegmentName): SegmentName {
  return { ...name, pid: 0 };
}

export function fileNameOf({ createdMs, host, pid, sinceMs, id }: SegmentName): string {
  return `${createdMs.toString(36).padStart(9, '0')}-${host}-${pid}-${sinceMs.toString(36)}-${id}.jsonl`;
}

/** `undefined` for the name of another file. */
export function parseFileName(text: string): SegmentName | undefined {
  const parts = pattern.exec(text)?.groups as Parts | undefined;
  if (parts === undefined) return undefined;
  const { created, host, pid, since, id } = parts;
  return { createdMs: Number.parseInt(created, 36), host, pid: Number(pid), sinceMs: Number.parseInt(since, 36), id };
}

/** All are there where the pattern fits. */
type Parts = Readonly<Record<'created' | 'host' | 'pid' | 'since' | 'id', string>>;

/** A container starts again with the name and the number that it had: what was owned before this process began is nobody's. */
const startedMs = Date.now() - process.uptime() * 1000;

/** Whether the owner may still be at work. Of another machine's processes nothing is known: they are believed. */
export function mayBeAlive({ host, pid, sinceMs }: SegmentOwner): boolean {
  if (pid === 0) return false;
  if (host !== thisHost()) return true;
  return pid === process.pid ? sinceMs >= startedMs : isRunning(pid);
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
  return { host: thisHost(), pid: process.pid, sinceMs: Date.now() };
}

function thisHost(): string {
  return hostname()
    .replace(/[^\w.]/g, '_')
    .slice(0, 64);
}
