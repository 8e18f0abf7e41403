/** State in Firestore as Google's emulator plays it: the same contract as against our server, and what that one is held to. */
import { describe, expect, it } from 'vitest';
import { databaseState } from '../../functions/gcp/state.ts';
import { pause } from '../../functions/pause.ts';
import { keepsTheContract } from '../contracts/state-store.ts';
import { madeDatabase, openFirestore } from '../stand-ins/firestore.ts';
import { askerOf } from '../stand-ins/google.ts';
import { emulatorOf } from './emulators.ts';

const origin = emulatorOf('firestore');

describe('state in Firestore', () => {
  keepsTheContract(async (now) => {
    const database = madeDatabase();
    const store = () =>
      databaseState({
        database,
        ask: askerOf({ silenceMs: 60_000 }),
        origin,
        now,
        pause,
        random: Math.random,
      });
    return [store(), store()];
  });
});

describe('a server of the tests', () => {
  const condition = { exists: false };
  const fields = { content: { stringValue: 'a' } };
  const bytes = (length: number) => ({ bytesValue: Buffer.alloc(length).toString('base64') });

  /** What a commit is answered with, as far as the state goes by it. */
  const answersOf = async (url: string) => {
    const database = madeDatabase();
    const ask = askerOf({ silenceMs: 60_000 });
    const nameOf = (id: string): string => `${database}/documents/state/${id}`;
    const call = async (method: string, body: object): Promise<string> => {
      try {
        await ask({ method: 'POST', url: `${url}/v1/${database}/documents:${method}`, body });
        return 'done';
      } catch (thrown) {
        return thrown instanceof Error ? thrown.name : '';
      }
    };
    const create = (id: string, content = fields.content as object) =>
      call('commit', {
        writes: [{ update: { name: nameOf(id), fields: { content } }, currentDocument: condition }],
      });
    const replace = (id: string) =>
      call('commit', {
        writes: [
          {
            update: { name: nameOf(id), fields },
            currentDocument: { updateTime: '2020-01-02T03:04:05.000006Z' },
          },
        ],
      });
    const ids = ['a', 'a', '.', '..', '__x__', '', 'b/c', 'x'.repeat(1500), 'y'.repeat(1501), '\u0001é~'];
    const answers: string[] = [];
    for (const id of ids) answers.push(await create(id));
    answers.push(await create('large', bytes(1_040_000)), await create('larger', bytes(1_049_000)));
    answers.push(await replace('a'), await replace('none'));
    answers.push(await call('commit', { writes: [{ delete: nameOf('a') }, { delete: nameOf('none') }] }));
    return answers;
  };

  it('answers as the emulator does', async () => {
    const server = await openFirestore();
    const answers = await answersOf(server.url).finally(server.close);
    expect(answers).toEqual(await answersOf(origin));
    expect(new Set(answers)).toEqual(
      new Set(['done', 'ALREADY_EXISTS', 'INVALID_ARGUMENT', 'FAILED_PRECONDITION']),
    );
  });
});
