/** One event of an audit log file or a webhook body in, one AuditEvent out. */
import { fromAuditRecord } from './audit.ts';
import type { Normaliser } from './normaliser.ts';

export const fromKubernetesAudit: Normaliser = (record) =>
  fromAuditRecord(record, record.body, record.line, record.origin);
