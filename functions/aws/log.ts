/** What became of a delivery in; one line of JSON, which CloudWatch takes for its numbers as well, out. */
import { metrics } from '../../shared/settings/environment.ts';
import type { Tally } from '../tally.ts';

/** `error`: someone must act. `warn`: we recovered, and nothing was lost. */
export type Level = 'info' | 'warn' | 'error';

export const logLine = (
  level: Level,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): string => `${JSON.stringify({ level, message, ...more })}\n`;

export interface DeliveryLine extends Tally {
  readonly source: string;
  readonly requestId: string;
  readonly milliseconds: number;
}

/**
 * The line of a delivery. What stands in `_aws` makes metrics of its members, without a call to CloudWatch:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const deliveryLine = (line: DeliveryLine, environment: string, now: number): string =>
  logLine('info', 'delivery', {
    ...line,
    [metrics.dimension]: environment,
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        { Namespace: metrics.namespace, Dimensions: [[metrics.dimension]], Metrics: counted },
      ],
    },
  });

const counted = [
  ...[metrics.received, metrics.rejected, metrics.archived, metrics.found, metrics.alerted, metrics.dead].map(
    (Name) => ({ Name, Unit: 'Count' }),
  ),
  { Name: metrics.milliseconds, Unit: 'Milliseconds' },
];
