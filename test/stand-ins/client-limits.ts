/** How long a client of AWS is to wait, in; its limits as the functions have them, with that wait in every place, out. */
import { clientLimits } from '../../functions/aws/client.ts';

export const limitsOf = (silenceMs: number) => ({
  ...clientLimits.requestHandler,
  connectionTimeout: silenceMs,
  requestTimeout: silenceMs,
  socketTimeout: silenceMs,
});
