const maxAtOnce = 8;

/** What `act` answers to each entry, in their order. Eight are at work at once; one that fails ends it. */
export async function mapInChunks<Entry, Answer>(
  entries: readonly Entry[],
  act: (entry: Entry) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let start = 0; start < entries.length; start += maxAtOnce) {
    answers.push(...(await Promise.all(entries.slice(start, start + maxAtOnce).map(act))));
  }
  return answers;
}
