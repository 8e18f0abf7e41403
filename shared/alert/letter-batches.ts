/** Dead letters in; the texts of messages that a queue or a topic takes, as many together as it takes at once, out. */
import type { Alert } from './alert.ts';
import { fittedAlert } from './fitted-alert.ts';
import type { DeadAlert } from './sink.ts';

export interface BatchLimits {
  /** Of one message, and of all messages of a batch together. */
  readonly maxBytes: number;
  readonly mostInBatch: number;
}

/** One message an alert and sink, the alert in it as it is given elsewhere; what is too large is cut, and says so. */
export const letterBatches = (
  letters: readonly DeadAlert[],
  { maxBytes, mostInBatch }: BatchLimits,
): readonly (readonly string[])[] => {
  const batches: string[][] = [];
  let left = 0;
  for (const letter of letters) {
    const text = letterText(letter, maxBytes);
    const bytes = Buffer.byteLength(text);
    const open = batches.at(-1);
    if (open && open.length < mostInBatch && bytes <= left) open.push(text);
    else {
      batches.push([text]);
      left = maxBytes;
    }
    left -= bytes;
  }
  return batches;
};

const letterText = (letter: DeadAlert, maxBytes: number): string => {
  const textWith = (alert: Alert): string => JSON.stringify({ ...letter, alert });
  return textWith(fittedAlert(letter.alert, (alert) => Buffer.byteLength(textWith(alert)) <= maxBytes));
};
