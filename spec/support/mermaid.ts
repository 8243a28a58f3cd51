import mermaid from 'mermaid';

/** A sequence diagram as the real parser reads it, with the texts that a reader would see. */
export interface ParsedDiagram {
  readonly participants: readonly string[];
  /** `from > to: text`, `from x to: text` for an arrow that ends in a cross, `over: text` for a note. */
  readonly lines: readonly string[];
}

interface SequenceDatabase {
  getActors(): Map<string, { readonly description: string }>;
  getMessages(): readonly { from: string; to: string; message: string; type: number; placement?: number }[];
}

const noteType = 2;
const crossType = 3;

/** Fails on what Mermaid would not draw. */
export async function parseMermaid(text: string): Promise<ParsedDiagram> {
  await mermaid.parse(text);
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  const database = diagram.db as unknown as SequenceDatabase;
  const actors = database.getActors();
  const nameOf = (id: string): string => decoded(actors.get(id)?.description ?? '?');
  return {
    participants: [...actors.keys()].map(nameOf),
    lines: database.getMessages().map(({ from, to, message, type }) => {
      if (type === noteType) return `${nameOf(from)}: ${decoded(message)}`;
      return `${nameOf(from)} ${type === crossType ? 'x' : '>'} ${nameOf(to)}: ${decoded(message)}`;
    }),
  };
}

/** Mermaid holds entities in this form until it draws them. */
function decoded(text: string): string {
  return text.replace(/ﬂ°°(\d+)¶ß/g, (_entity, codePoint: string) => String.fromCodePoint(Number(codePoint)));
}
