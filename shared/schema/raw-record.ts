/** What decoding yields: one record of a delivery, who wrote it, and what its envelope said about where it came from. */
import type { JsonObject } from './json.ts';

/** Who wrote a record. Each has one reader in normalise/ and one row in `dialects.ts`. */
export const dialects = [
  'eks-audit',
  'eks-authenticator',
  'eks-component',
  'aks-audit',
  'aks-audit-admin',
  'aks-guard',
  'aks-component',
  'azure-activity',
  'gke-audit',
  'gke-admin',
  'gke-component',
  'gke-node-auditd',
  'kubernetes-audit',
  'kubernetes-component',
  'cloudtrail',
  'kubernetes-event',
  'ingress-nginx',
  'hubble',
] as const;

export type Dialect = (typeof dialects)[number];

export const cloudNames = ['aws', 'azure', 'gcp'] as const;

export type CloudName = (typeof cloudNames)[number];

/** What an envelope says of the place a record came from. Absent means that it did not say. */
export interface EnvelopeOrigin {
  readonly cloud?: CloudName | undefined;
  /** AWS account, Azure subscription or Google Cloud project. */
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly cluster?: string | undefined;
  /** The cloud's own unique name of the cluster: an ARN, a resource id, a full resource name. */
  readonly clusterId?: string | undefined;
  /** The log stream, category or log name. */
  readonly stream?: string | undefined;
}

/** Where on a disk a record stands. `line` counts from 1; `index` is its place inside a batch, from 0. */
export interface Location {
  readonly path: string;
  readonly line: number;
  readonly index?: number | undefined;
}

export interface RawRecord {
  readonly dialect: Dialect;
  /** The provider's own line, where it arrived as text. At least one of `line` and `body` is there. */
  readonly line?: string | undefined;
  /** The record as an object, where decoding had to parse it anyway. */
  readonly body?: JsonObject | undefined;
  readonly origin: EnvelopeOrigin;
  /** The carrier's own id for the record. */
  readonly deliveryId?: string | undefined;
  /** The envelope's time for the record, epoch milliseconds. */
  readonly time?: number | undefined;
  /** Place in the delivery, from 0. */
  readonly index: number;
  readonly location?: Location | undefined;
  /** It comes out of an archive, where its event is known by this. */
  readonly archived?: ArchivedMarks | undefined;
}

/** What an event was when it was archived, and its record, perhaps redacted since, may no longer tell. */
export interface ArchivedMarks {
  readonly id: string;
  readonly truncated: boolean;
}

/** Why a record did not become an event, in a word that is counted. */
export const rejectionReasons = [
  'unrecognised',
  'not-json',
  'not-an-object',
  'empty',
  'too-large',
  'too-deep',
  'not-base64',
  'not-gzip',
  'unreadable',
] as const;

export type RejectionReason = (typeof rejectionReasons)[number];

/** A record that could not be read: counted and kept, never silently dropped. */
export interface Rejection {
  readonly index: number;
  readonly reason: RejectionReason;
  /** What was expected and what came. */
  readonly detail: string;
  readonly dialect?: Dialect | undefined;
  /** The first characters of the record, for whoever has to find it again. */
  readonly prefix: string;
  readonly location?: Location | undefined;
}

/** Why a record that was understood is not wanted. */
export type DropReason = 'control-message' | 'request-received' | 'notification' | 'manifest' | 'blank';

/** At most this many characters of a rejected record are kept. */
export const rejectionPrefixLength = 200;
