/** The body of a request that makes pods in; the containers it names, as OCSF lists them, out. */
import { isObject, type JsonObject, type JsonValue, listOf, objectOf, someTextOf } from '../json.ts';

/** A Pod, anything with a pod template, a CronJob. A convenience: detectors read the body itself. */
export const containersOf = (body: unknown) => {
  if (!isObject(body)) return undefined;
  const spec = podSpecOf(objectOf(body.spec));
  if (!spec) return undefined;
  const members = [
    ...listOf(spec.initContainers),
    ...listOf(spec.containers),
    ...listOf(spec.ephemeralContainers),
  ];
  const containers = members.map(containerOf).filter((container) => container !== undefined);
  return containers.length === 0 ? undefined : containers;
};

const podSpecOf = (spec: JsonObject | undefined): JsonObject | undefined => {
  if (!spec) return undefined;
  const template = objectOf(objectOf(objectOf(spec.jobTemplate)?.spec)?.template) ?? objectOf(spec.template);
  return template ? objectOf(template.spec) : spec;
};

/** A container without a name has no place in OCSF, and an image must have a uid: its digest, else what was asked for. */
const containerOf = (member: JsonValue) => {
  if (!isObject(member)) return undefined;
  const name = someTextOf(member.name);
  if (name === undefined) return undefined;
  const image = someTextOf(member.image);
  return {
    name,
    image: image === undefined ? undefined : { name: image, uid: digestOf(image) ?? image },
    orchestrator: 'Kubernetes',
  };
};

const digestOf = (image: string): string | undefined => {
  const at = image.indexOf('@');
  return at < 0 || at === image.length - 1 ? undefined : image.slice(at + 1);
};
