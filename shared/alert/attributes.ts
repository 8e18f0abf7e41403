/** An alert in; what subscriptions to a topic filter by, out. */
import type { Alert } from './alert.ts';
import { cutTo } from './printable.ts';

/** What an alert does not state has no attribute. Services allow from 256 characters on. */
export const attributesOf = ({ severity, rule, cluster }: Alert): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries({ severity, rule: rule.id, cluster }).flatMap(([name, text]) =>
      text ? [[name, cutTo(256, text).toWellFormed()]] : [],
    ),
  );
