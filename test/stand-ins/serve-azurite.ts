/** The path of Azurite in, Azurite with the rest of the arguments out, for as long as the input lasts: so it ends with its parent. */
import { createRequire } from 'node:module';

const [path] = process.argv.splice(2, 1);
process.stdin.once('end', () => process.exit()).resume();
createRequire(import.meta.url)(path ?? '');
