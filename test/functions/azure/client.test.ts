/** Who asks, where, how often and for how long. */
import { describe, expect, it } from 'vitest';
import {
  askerFrom,
  asking,
  emulatorVariable,
  faultOf,
  storagePlace,
  wasAnswered,
} from '../../../functions/azure/client.ts';
import { KlaxonError } from '../../../shared/errors.ts';

const silent = { pause: async () => undefined, random: () => 0 };
const refused = (statusCode: number) => Object.assign(new Error('no'), { statusCode });

describe('a place in storage', () => {
  const service = askerFrom({});
  const emulated = askerFrom({ [emulatorVariable]: 'AccountName=invented;AccountKey=a2V5==;Endpoint=x' });

  it('is asked for by the identity of the function', () => {
    const url = 'https://klaxon.table.core.windows.net/state';
    const place = { endpoint: 'https://klaxon.table.core.windows.net', name: 'state' };
    expect(storagePlace(url, service)).toEqual({ ...place, signer: service.credential });
    expect(storagePlace(url, emulated)).toEqual({ ...place, signer: emulated.credential });
  });

  it('is asked for by a key where it is in an emulator, and there alone', () => {
    const url = 'http://127.0.0.1:10002/invented/state';
    expect(storagePlace(url, emulated)).toEqual({
      endpoint: 'http://127.0.0.1:10002/invented',
      name: 'state',
      signer: { account: 'invented', key: 'a2V5==' },
    });
    expect(() => storagePlace(url, service)).toThrow(emulatorVariable);
  });

  it.each([
    'state',
    'https://klaxon.table.core.windows.net',
    'https://klaxon.table.core.windows.net/',
    'https://klaxon.table.core.windows.net/state/',
    'https://klaxon.table.core.windows.net/state?sig=x',
    'ftp://klaxon.example.com/state',
  ])('is no place where it is no whole URL of one: %s', (url) => {
    expect(() => storagePlace(url, emulated)).toThrow(KlaxonError);
  });
});

describe('a request', () => {
  it('is not waited for longer than its time, heard or not', async () => {
    let heard = false;
    const ask = asking({ ...silent, mostAttempts: 1, timeoutMs: 1 });
    const endless = ask((abortSignal) => {
      abortSignal.addEventListener('abort', () => {
        heard = true;
      });
      return new Promise(() => undefined);
    });
    await expect(endless).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(heard).toBe(true);
  });

  it('is repeated where that may help, and is then over', async () => {
    const ask = asking(silent);
    const answers = [refused(503), refused(429), new Error('no connection')];
    let asked = 0;
    const answer = await ask(async () => {
      asked++;
      const fault = answers.shift();
      if (fault) throw fault;
      return 'done';
    });
    expect([answer, asked]).toEqual(['done', 4]);
  });

  it.each([400, 401, 403, 404, 409, 412])('is not repeated where it is refused: %i', async (status) => {
    let asked = 0;
    const answer = asking(silent)(async () => {
      asked++;
      throw refused(status);
    });
    await expect(answer).rejects.toMatchObject({ statusCode: status });
    expect(asked).toBe(1);
  });
});

describe('a fault', () => {
  const named = (name: string) => Object.assign(new Error('no'), { name });

  it('that comes from the service is told from one on the way to it', () => {
    expect(wasAnswered(refused(400))).toBe(true);
    expect(wasAnswered(named('AbortError'))).toBe(false);
  });

  it('does not pass where there is nobody to ask as', () => {
    expect(faultOf('state', 'no table', named('CredentialUnavailableError'))).toMatchObject({
      message: 'no table: CredentialUnavailableError: no',
      retryable: false,
    });
    expect(faultOf('state', 'no table', named('AbortError'))).toMatchObject({ retryable: true });
  });
});
