/** The frame that every OCSF event has, whatever its class: what `toOcsf` and its siblings give out. */

export const ocsfVersions = ['1.8.0', '1.5.0', '1.1.0'] as const;

export type OcsfVersion = (typeof ocsfVersions)[number];

export interface OcsfProduct {
  readonly name: string;
  /** Required by 1.1. */
  readonly vendor_name: string;
  readonly version?: string | undefined;
  readonly feature?: { readonly name: string } | undefined;
}

export interface OcsfMetadata {
  readonly version: OcsfVersion;
  readonly product: OcsfProduct;
  readonly profiles?: readonly string[] | undefined;
  /** The AuditEvent's or the alert's own id. */
  readonly uid?: string | undefined;
  readonly [attribute: string]: unknown;
}

/** Attributes that are undefined in memory are absent in JSON. */
export interface OcsfEvent {
  readonly class_uid: number;
  readonly category_uid: number;
  readonly activity_id: number;
  readonly type_uid: number;
  readonly severity_id: number;
  readonly time: number;
  readonly metadata: OcsfMetadata;
  readonly [attribute: string]: unknown;
}

/** The name an object must have where the log does not say one. */
export const unknownName = 'unknown';
