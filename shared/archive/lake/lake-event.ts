/** A document of an archive's object in, whatever the form of the archive; its OCSF event, in the version of a lake, out. */
import { decodeDocument } from '../../decode/decode.ts';
import type { TextDocument } from '../../decode/documents.ts';
import { isEvent, normalise } from '../../normalise/normalise.ts';
import { isObject, type JsonObject, numberOf } from '../../schema/json.ts';
import { downVersion } from '../../schema/ocsf/down-version.ts';
import type { OcsfEvent, OcsfVersion } from '../../schema/ocsf/ocsf-event.ts';
import { toOcsf } from '../../schema/ocsf/to-ocsf.ts';

/** Undefined for what holds no event: then it is no line that Klaxon wrote. */
export const lakeEventOf = (document: TextDocument, version: OcsfVersion): OcsfEvent | undefined => {
  if (isObject(document.value) && isOcsf(document.value)) return downVersion(document.value, version);
  const [record] = decodeDocument(document, {}).records;
  const event = record && normalise(record);
  return event && typeof event !== 'string' && isEvent(event) ? toOcsf(event, version) : undefined;
};

/** Written by `lineOf`, so of the other attributes nothing need be asked. */
const isOcsf = (value: JsonObject): value is JsonObject & OcsfEvent =>
  numberOf(value['class_uid']) !== undefined &&
  numberOf(value['time']) !== undefined &&
  isObject(value['metadata']);
