/** What became of a delivery in; one line of JSON, which CloudWatch takes for its numbers as well, out. */
import { metrics } from '../../shared/settings/environment.ts';
import { type DeliveryLine, type Level, logText } from '../log.ts';

export const logLine = (
  level: Level,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): string => `${logText(level, message, more)}\n`;

/**
 * The line of a delivery. What stands in `_aws` makes metrics of its members, without a call to CloudWatch:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const deliveryLine = (line: DeliveryLine, now: number): string =>
  logLine('info', 'delivery', {
    ...line,
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
