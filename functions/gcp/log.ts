/** What became of a delivery in; one line of JSON, which Cloud Logging reads as an entry with its severity, out. */
import { type DeliveryLine, type Level, logText } from '../log.ts';

/** Whatever a function writes to its output is read so: https://cloud.google.com/logging/docs/structured-logging */
export const logLine = (
  level: Level,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): string => `${logText(level, message, { severity: severities[level], ...more })}\n`;

const severities: Readonly<Record<Level, string>> = { info: 'INFO', warn: 'WARNING', error: 'ERROR' };

/** The line of a delivery: metrics are made of its members by infra/gcp. */
export const deliveryLine = (line: DeliveryLine): string => logLine('info', 'delivery', { ...line });
