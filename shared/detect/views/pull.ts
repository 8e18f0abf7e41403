/** An Event in which a kubelet tells of an image in; the image, and where it comes from, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import { type JsonObject, textOf } from '../../schema/json.ts';
import { imageOf } from './image.ts';

/** Each dialect is of one kind where it can be of this one, so a route decides it. */
export const canTellOfPull = (event: AuditEvent): boolean => event.kind === 'kubernetes-event';

/** The sentences of the kubelet's image manager, which put the image in quotes: about to be pulled, pulled, there already. */
const sentence = /^(?:Pulling image|Successfully pulled image|Container image) "([^"]+)"/;

const reasons: ReadonlySet<string> = new Set(['Pulling', 'Pulled']);

/** `pull`: image as the pod names it, registry, repository (without tag and digest). */
export const pullOf = (event: AuditEvent): JsonObject | undefined => {
  if (!canTellOfPull(event) || !reasons.has(textOf(event.native?.reason) ?? '')) return undefined;
  const image = sentence.exec(textOf(event.native?.message) ?? '')?.[1];
  return image === undefined ? undefined : { image, ...imageOf(image) };
};
