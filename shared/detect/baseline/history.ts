/** What a baseline remembers of one key: the hours that were told, their counts and scores. Points in, a past out. */

/** One closed hour of one key. */
export interface Point {
  /** Hours since 1970-01-01T00:00Z. */
  readonly hour: number;
  /** Whole numbers: how much of each feature the hour had. The same features in the same order each time. */
  readonly counts: readonly number[];
}

/** Plain JSON, under 100 KB whatever is told. An hour that was not told had no events: all its counts are 0. */
export interface Baseline {
  readonly version: 1;
  /** The first hour that was told. */
  readonly since: number;
  /** The last hour that was told. */
  readonly last: number;
  /** Of each remembered hour, oldest first: how many hours it came after the one before it; 0 for the first. */
  readonly steps: readonly number[];
  /** By feature, then by remembered hour. */
  readonly counts: readonly (readonly number[])[];
  /** Displacements of the remembered hours, of the last ones if fewer: the first hours of all have none. */
  readonly scores: readonly number[];
}

/** The past of an hour, the hours without events included. */
export interface Past {
  /** The first hour of the past, and the hour whose past it is. */
  readonly start: number;
  readonly end: number;
  /** By feature, then by hours since `start`. */
  readonly counts: readonly Float64Array[];
}

export const hoursOfWeek = 168;

/** As far back as an hour's past goes. Six weeks: 1/1009 is the rarest that can be told, and an hour of the week has six values. */
export const memoryHours = 6 * hoursOfWeek;

/** Within a day the same hour may be told again, and gets its verdict again: so its past is kept whole as long. */
export const repeatHours = 24;

export const begun = (point: Point): Baseline => ({
  version: 1,
  since: point.hour,
  last: point.hour,
  steps: [0],
  counts: point.counts.map((count) => [count]),
  scores: [],
});

/** What is remembered after one more hour, later than all before. */
export const extended = (baseline: Baseline, point: Point, score: number | undefined): Baseline => {
  const hours = toldHours(baseline);
  const oldest = point.hour - memoryHours - repeatHours;
  const forgotten = hours.findIndex((hour) => hour >= oldest);
  const from = forgotten < 0 ? hours.length : forgotten;
  const unscored = hours.length - baseline.scores.length;
  const scores = baseline.scores.slice(Math.max(0, from - unscored));
  const kept = [...hours.slice(from), point.hour];
  return {
    version: 1,
    since: baseline.since,
    last: point.hour,
    steps: kept.map((hour, at) => hour - (kept[at - 1] ?? hour)),
    counts: baseline.counts.map((column, feature) => [...column.slice(from), point.counts[feature] ?? 0]),
    scores: score === undefined ? scores : [...scores, score],
  };
};

/** The remembered hours, oldest first. */
export const toldHours = ({ steps, last }: Baseline): readonly number[] => {
  const hours = new Array<number>(steps.length);
  for (let at = steps.length - 1, hour = last; at >= 0; at--) {
    hours[at] = hour;
    hour -= steps[at] ?? 0;
  }
  return hours;
};

/** What was told of an hour, if it was and is remembered. */
export const pointAt = (baseline: Baseline, hour: number): Point | undefined => {
  const at = toldHours(baseline).indexOf(hour);
  return at < 0 ? undefined : { hour, counts: baseline.counts.map((column) => column[at] ?? 0) };
};

export const pastOf = (baseline: Baseline, hour: number): Past => {
  const start = Math.max(baseline.since, hour - memoryHours);
  const hours = toldHours(baseline);
  const counts = baseline.counts.map((column) => {
    const dense = new Float64Array(hour - start);
    for (let at = 0; at < hours.length; at++) {
      const place = (hours[at] ?? 0) - start;
      if (place >= 0 && place < dense.length) dense[place] = column[at] ?? 0;
    }
    return dense;
  });
  return { start, end: hour, counts };
};

/** Displacements of the told hours from `start` up to but without `end`. */
export const scoresBetween = (baseline: Baseline, start: number, end: number): readonly number[] => {
  const unscored = baseline.steps.length - baseline.scores.length;
  return toldHours(baseline).flatMap((hour, at) => {
    const score = baseline.scores[at - unscored];
    return score === undefined || hour < start || hour >= end ? [] : [score];
  });
};
