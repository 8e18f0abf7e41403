/** What every DeadLetter must say of its faults: one suite, handed each implementation and a far end that does as it is told. */
import { expect, it } from 'vitest';
import type { Alert } from '../../shared/alert/alert.ts';
import type { DeadAlert, DeadLetter } from '../../shared/alert/sink.ts';
import { KlaxonError } from '../../shared/errors.ts';
import { exampleAlert } from '../alert/example.ts';
import type { ReceiverServer } from '../alert/sinks/receiver-server.ts';

export const deadAlert = (over: Partial<Alert> = {}): DeadAlert => ({
  alert: { ...exampleAlert(), ...over },
  sink: 'chat',
  reason: 'refused',
  attempts: 1,
  givenUpAt: 1,
});

export interface OpenedLetters {
  readonly letters: DeadLetter;
  readonly server: ReceiverServer;
}

export const saysWhatIsNotKept = (open: () => Promise<OpenedLetters>): void => {
  it.each([
    ['refuses', false],
    ['fails', true],
    ['closes', true],
  ] as const)('that %s says so, and whether it may yet take them: %s', async (mood, retryable) => {
    const { letters, server } = await open();
    server.be(mood);
    const fault = await letters.put([deadAlert()]).catch((thrown: unknown) => thrown);
    expect(fault).toBeInstanceOf(KlaxonError);
    expect(fault).toMatchObject({ code: 'alert', retryable });
  });
};
