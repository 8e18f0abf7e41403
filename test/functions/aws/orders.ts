/** The invented cluster whose logs are pulled in tests. */
import type { EksCluster, LogType } from '../../../functions/aws/pull.ts';
import { audit } from '../../decode/decoded.ts';
import type { LogGroup, StoredLine } from '../../stand-ins/cloudwatch-logs.ts';

export const suffix = '0123456789abcdef0123456789abcdef';
export const start = Date.UTC(2026, 2, 14, 9);
export const minute = 60_000;
export const orders: EksCluster = { name: 'orders', region: 'eu-west-1' };
export const usual: readonly LogType[] = ['audit', 'authenticator'];

export const line = (at: number, stream = 'kube-apiserver-audit-'): StoredLine => ({
  id: `3950000000000000000000000000000000000000000000000${at}`,
  stream: `${stream}${suffix}`,
  time: start + at,
  message: JSON.stringify(audit(`a${at}`)),
});

export const group = (lines: readonly StoredLine[]): LogGroup => ({
  name: '/aws/eks/orders/cluster',
  account: '111122223333',
  region: 'eu-west-1',
  lines: [...lines],
});
