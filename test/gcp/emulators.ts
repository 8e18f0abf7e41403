/**
 * Where Google's emulators listen: what `npm run test:gcp` has started for every test of this folder. They keep what they are
 * given until they end, so let each test name what it makes anew.
 */
import { originOf } from '../../functions/gcp/client.ts';

export const emulatorOf = (service: 'firestore' | 'pubsub'): string => {
  const origin = originOf(service, process.env);
  if (origin.startsWith('https:'))
    throw new Error(`no emulator of ${service} is running: these tests are run by \`npm run test:gcp\``);
  return origin;
};
