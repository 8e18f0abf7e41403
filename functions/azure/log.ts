/** What happened in; a trace of Application Insights, whose message is one line of JSON, out. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { InvocationContext } from '@azure/functions';
import { type Log, logText } from '../log.ts';

const underWay = new AsyncLocalStorage<Pick<InvocationContext, 'info' | 'warn' | 'error'>>();

/** Whatever is logged in the work belongs to this invocation: the host knows it by that, and by its level. */
export const loggedBy = <T>(
  context: Pick<InvocationContext, 'info' | 'warn' | 'error'>,
  work: () => Promise<T>,
): Promise<T> => underWay.run(context, work);

/** What is said while no invocation is under way, the host reads off the output of the process. */
export const log: Log = (level, message, more) => {
  const text = logText(level, message, more);
  const context = underWay.getStore();
  if (context) context[level](text);
  else process.stdout.write(`${text}\n`);
};
