/** Pieces of work on names in; those on one name one after the other, those on different names side by side. */

/** `waited` tells the work that another came before it, so that what was known of the name may be old. */
export type InTurn = <T>(name: string, work: (waited: boolean) => Promise<T>) => Promise<T>;

export const createTurns = (): InTurn => {
  const last = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const before = last.get(name);
    const mine = before ? before.then(() => work(true)) : work(false);
    // Whoever comes next waits for the end of this, whatever it is.
    const end = mine.catch(() => undefined);
    last.set(name, end);
    try {
      return await mine;
    } finally {
      if (last.get(name) === end) last.delete(name);
    }
  };
};
