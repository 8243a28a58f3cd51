import { cutToWidth, displayWidth } from '../../utils/terminal-text.js';
import { formatCount, formatDuration } from './format.js';
import type { Outline } from './outline.js';
import { type Screen, shownText } from './screen.js';
import { type Piece, type StyledLine, widthOf } from './styled-line.js';

/** The id's first digits: enough to find a trace by. */
const shortIdLength = 'tr-00000000'.length;
const space: Piece = { text: ' ' };
const wideSpace: Piece = { text: '  ' };

/** One line for the whole trace: mark, name, duration, tokens, how many spans failed, id. The id, then the tokens, go where it is narrow. */
export function drawHeader(outline: Outline, screen: Screen): StyledLine {
  const { info } = outline.trace;
  const name = shownText(info.name ?? outline.head?.span.name ?? '', screen);
  const mark = markOf(outline, screen);
  const problems = problemsOf(outline);
  const short = [durationOf(outline), ...problems];
  const long = [durationOf(outline), ...tokensOf(outline), ...problems];
  const id: Piece = { text: shownText(info.traceId.slice(0, shortIdLength), screen), style: 'dim' };
  const leastName = Math.min(displayWidth(name), Math.max(8, Math.floor(screen.columns * 0.4)));
  const roomFor = (facts: StyledLine): number => screen.columns - widthOf([mark, space, ...spaced(facts)]);
  const nameIn = (room: number): Piece => ({ text: cutToWidth(name, room, screen.glyphs.ellipsis), style: 'bold' });

  const roomBesideId = roomFor([...long, id]);
  if (roomBesideId >= leastName) {
    const left = [mark, space, nameIn(roomBesideId), ...spaced(long)];
    return [...left, { text: ' '.repeat(screen.columns - widthOf(left) - displayWidth(id.text)) }, id];
  }
  const facts = roomFor(long) >= leastName ? long : short;
  return [mark, space, nameIn(Math.max(leastName, roomFor(facts))), ...spaced(facts)];
}

function spaced(facts: StyledLine): StyledLine {
  return facts.flatMap((fact) => [wideSpace, fact]);
}

function markOf({ trace, failedCount }: Outline, { glyphs }: Screen): Piece {
  const { state } = trace.info;
  if (state === 'ERROR') return { text: glyphs.failed, style: 'red' };
  if (state === 'IN_PROGRESS') return { text: glyphs.unfinished, style: 'yellow' };
  return failedCount > 0 ? { text: glyphs.mixed, style: 'yellow' } : { text: glyphs.ok, style: 'green' };
}

function durationOf({ trace, head }: Outline): Piece {
  const nanoseconds =
    head === undefined
      ? BigInt(Math.round(trace.info.executionDurationMs)) * 1_000_000n
      : head.span.endTimeNs - head.span.startTimeNs;
  return { text: formatDuration(nanoseconds) };
}

function tokensOf({ trace }: Outline): StyledLine {
  const usage = trace.info.tokenUsage;
  if (usage === undefined) return [];
  return [{ text: `in ${formatCount(usage.inputTokens)}` }, { text: `out ${formatCount(usage.outputTokens)}` }];
}

function problemsOf({ failedCount, unfinishedCount }: Outline): StyledLine {
  const problems: Piece[] = [];
  if (failedCount > 0) problems.push({ text: `${formatCount(failedCount)} failed`, style: 'red' });
  if (unfinishedCount > 0) problems.push({ text: `${formatCount(unfinishedCount)} unfinished`, style: 'yellow' });
  return problems;
}
