/** What every envelope's reader is, and how it hands on what it finds inside. */
import type { JsonObject } from '../schema/json.ts';
import type { EnvelopeOrigin } from '../schema/raw-record.ts';
import type { Decoding } from './decoding.ts';

/** Opens whatever stands inside an envelope: a value, a text or bytes. */
export type Opener = (content: unknown, origin: EnvelopeOrigin) => void;

/**
 * Reads one form of envelope. Answers false, having done nothing, where the value is not of that form.
 * What it finds inside goes to `open`, or to the decoding as records.
 */
export type Envelope = (
  value: JsonObject,
  decoding: Decoding,
  origin: EnvelopeOrigin,
  open: Opener,
) => boolean;
