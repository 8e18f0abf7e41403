/** Lengths of time as rules write them. */

const form = /^(\d+)([smhdwMy])$/;

/** A month and a year are as long as the reference implementation of Sigma takes them to be. */
const unitSeconds: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  M: 2_629_746,
  y: 31_556_952,
};

/** `90m`, `1h`, `7d`: a positive whole number and one unit. */
export const secondsOf = (text: string): number | undefined => {
  const match = form.exec(text);
  const seconds = match ? Number(match[1]) * (unitSeconds[match[2] ?? ''] ?? 0) : 0;
  return seconds > 0 && Number.isSafeInteger(seconds) ? seconds : undefined;
};
