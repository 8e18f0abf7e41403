/** Every type that a correlation may have: Sigma's, and our own. */
import { countingTypes, numericTypes, temporalTypes } from '../correlation/correlation.ts';

/** What Sigma has no word for. */
export const ownTypes = ['first_seen', 'absence', 'baseline'] as const;

export const correlationTypes = [...countingTypes, ...numericTypes, ...temporalTypes, ...ownTypes] as const;
export type CorrelationType = (typeof correlationTypes)[number];
