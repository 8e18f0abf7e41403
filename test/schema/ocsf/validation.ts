/** The compiled OCSF schemas of the shared folder in; what is wrong with an event, by version, out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { OcsfVersion } from '../../../shared/schema/ocsf/ocsf-event.ts';

/** Undefined where the event is valid, else where and what. */
export type Validation = (event: unknown) => string | undefined;

export const validationOf = (shared: string, version: OcsfVersion): Validation => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
  const schema = JSON.parse(readFileSync(join(shared, `ocsf/ocsf-${version}.schema.json`), 'utf8'));
  const validate = ajv.compile(schema);
  return (event) =>
    validate(event)
      ? undefined
      : validate.errors
          ?.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
          .join('; ');
};
