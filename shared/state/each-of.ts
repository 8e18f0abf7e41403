/** Many things in, worked on a few at a time; what came of each, in their order, out. */

/** After a fault nothing more is begun; what is under way ends first, then the first fault is thrown. */
export const eachOf = async <T, R>(
  things: readonly T[],
  atATime: number,
  work: (thing: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results = new Map<number, R>();
  const waiting = things.entries();
  const faults: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const [at, thing] of waiting) {
      if (faults.length > 0) return;
      try {
        results.set(at, await work(thing));
      } catch (thrown) {
        faults.push(thrown);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atATime, things.length) }, worker));
  if (faults.length > 0) throw faults[0];
  return things.map((_, at) => results.get(at) as R);
};
