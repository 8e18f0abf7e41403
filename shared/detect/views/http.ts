/** An event that names a URI and is no audit event in; the parts of the URI, and what its escapes stand for, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import type { JsonObject } from '../../schema/json.ts';

/** The URI of an audit event is the API server's own, which rules read under its own name. */
export const canAskOverHttp = (event: AuditEvent): boolean => event.audit === undefined;

/**
 * `http`: path; query; queries, the query and the whole URI, for the rules that people share call either of them
 * cs-uri-query; plain, the URI with its escapes undone.
 */
export const httpViewOf = (event: AuditEvent): JsonObject | undefined => {
  const { uri } = event.action;
  if (uri === undefined || event.audit !== undefined) return undefined;
  const mark = uri.indexOf('?');
  const path = mark < 0 ? uri : uri.slice(0, mark);
  const query = mark < 0 ? undefined : uri.slice(mark + 1);
  return { path, query, queries: query === undefined ? [uri] : [query, uri], plain: plainOf(uri) };
};

/** What is decoded twice on its way is escaped twice by those who mean it to be. */
const plainOf = (uri: string): string => (uri.includes('%') ? unescaped(unescaped(uri)) : uri);

/** One escape after the other: one that is broken, or no UTF-8, leaves the others readable. */
const unescaped = (text: string): string =>
  text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
