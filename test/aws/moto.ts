/**
 * Where moto listens: what `npm run test:aws` has started for every test of this folder. It keeps what it is given until it
 * ends, so let each test name what it makes anew; and it answers one request at a time, so let none wait for another.
 */
export const motoUrl = (): string => {
  const url = process.env['KLAXON_MOTO_URL'];
  if (url === undefined) throw new Error('moto is not running: these tests are run by `npm run test:aws`');
  return url;
};

/** For clients: who comes as one of many waits for a while. */
export const patient = { silenceMs: 120_000 };
