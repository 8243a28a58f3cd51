import type { AgentSummary } from '../../conversation/conversation.js';
import { formatCount } from './format.js';
import { type Screen, shownText } from './screen.js';
import type { Piece, StyledLine } from './styled-line.js';

/** One line that says what each agent took: tokens in and out, calls of models and tools, errors. None where there is but one agent. */
export function drawAgents(agents: readonly AgentSummary[], screen: Screen): readonly StyledLine[] {
  if (agents.filter(({ agent }) => agent !== undefined).length < 2) return [];
  const shown = agents.map((summary) => drawAgent(summary, screen));
  const separator: Piece = { text: ` ${screen.glyphs.separator} `, style: 'dim' };
  return [
    [{ text: 'by agent: ', style: 'dim' }, ...shown.flatMap((one, index) => (index === 0 ? one : [separator, ...one]))],
  ];
}

function drawAgent({ agent, usage, llmCalls, toolCalls, failures }: AgentSummary, screen: Screen): StyledLine {
  const pieces: Piece[] = [{ text: shownText(agent ?? 'no agent', screen) }];
  if (usage !== undefined)
    pieces.push({ text: ` ${formatCount(usage.inputTokens)}/${formatCount(usage.outputTokens)}` });
  const counts = [counted(llmCalls, 'call'), counted(toolCalls, 'tool')].filter((text) => text !== '');
  if (counts.length > 0) pieces.push({ text: ` (${counts.join(', ')})`, style: 'dim' });
  if (failures > 0) pieces.push({ text: ` ${formatCount(failures)} failed`, style: 'red' });
  return pieces;
}

function counted(count: number, what: string): string {
  return count === 0 ? '' : `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}
