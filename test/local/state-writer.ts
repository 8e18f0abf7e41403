/** A process that writes to a state file, and that dies at a step of its work where it is told to. */
import { stateFile } from '../../functions/local/state.ts';

const [path = '', name = '', work = '', count = '0', dieAt = '-1'] = process.argv.slice(2);

const dieIf = (step: number): void => {
  if (step === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
};

const state = await stateFile(path, Date.now);
const entryOf = (key: string, id: string) => ({ key, members: [{ id, time: 1 }], ttlSeconds: 3600 });
const increment = (current: number | undefined): number => (current ?? 0) + 1;

if (work === 'race') {
  for (let at = 0; at < Number(count); at++) {
    await state.add([entryOf('shared', `${name}-${at}`), entryOf(`own-${name}`, `${at}`)]);
    await state.update('shared', increment, 3600);
  }
}

/** Each delivery is four calls; a step is the gap before a call, or the middle of it. */
if (work === 'steps') {
  let step = 0;
  for (let at = 0; at < Number(count); at++) {
    dieIf(step++);
    const middle = step++;
    await state.add([
      entryOf('left', `${at}`),
      {
        ...entryOf('right', `${at}`),
        // Asked for once the first entry is written and before the transaction ends.
        get members() {
          dieIf(middle);
          return [{ id: `${at}`, time: 1 }];
        },
      },
    ]);
    dieIf(step++);
    await state.update<readonly number[]>(
      'done',
      (current = []) => {
        dieIf(step++);
        return current.includes(at) ? current : [...current, at];
      },
      3600,
    );
  }
  process.stdout.write(`${step}\n`);
}
state.close();
