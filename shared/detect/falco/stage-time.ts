/** The stageTimestamp of an audit event in, the forms in which Falco knows its time out. */
import { epochOf } from '../../normalise/time.ts';

/** RFC 3339 as Go reads it; an event whose time is written otherwise is none that Falco accepts. */
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,](\d+))?(?:Z|[+-]\d\d:\d\d)$/;

interface Instant {
  /** Whole seconds since 1970. */
  readonly seconds: number;
  /** Nine digits. */
  readonly fraction: string;
}

const instantOf = (stageTimestamp: string | undefined): Instant | undefined => {
  const match = stageTimestamp === undefined ? null : rfc3339.exec(stageTimestamp);
  const epoch = match ? epochOf(stageTimestamp?.replace(',', '.')) : undefined;
  if (!match || epoch === undefined) return undefined;
  return { seconds: Math.floor(epoch / 1000), fraction: (match[1] ?? '').slice(0, 9).padEnd(9, '0') };
};

export const isStageTime = (stageTimestamp: string | undefined): boolean =>
  instantOf(stageTimestamp) !== undefined;

/** Nanoseconds since 1970. */
export const nanosecondsOf = (stageTimestamp: string | undefined): string | undefined => {
  const instant = instantOf(stageTimestamp);
  return instant && String(BigInt(instant.seconds) * 1_000_000_000n + BigInt(instant.fraction));
};

/** `09:51:20.717013000`, in UTC. */
export const timeOfDayOf = (stageTimestamp: string | undefined): string | undefined => {
  const instant = instantOf(stageTimestamp);
  return instant && `${secondsText(instant).slice(11)}.${instant.fraction}`;
};

/** `2018-10-26T09:51:20.717013000+0000` */
export const isoTimeOf = (stageTimestamp: string | undefined): string | undefined => {
  const instant = instantOf(stageTimestamp);
  return instant && `${secondsText(instant)}.${instant.fraction}+0000`;
};

const secondsText = ({ seconds }: Instant): string => new Date(seconds * 1000).toISOString().slice(0, 19);
