/** Writes the WebAssembly that is made of its text form, `*.wat`, as a module that TypeScript can import. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openToolkit from 'wabt';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = 'shared/decode/escaped-text.wat';

/** The same bytes for the same text, whatever the machine. */
export const compiledWat = async (): Promise<string> => {
  const toolkit = await openToolkit();
  const module = toolkit.parseWat(source, readFileSync(root + source, 'utf8'), { simd: true });
  module.validate();
  return Buffer.from(module.toBinary({}).buffer).toString('base64');
};

if (import.meta.main) {
  const text = `/** Made of escaped-text.wat by \`npm run wasm\`, as base64. */
export const escapedTextModule =
  '${await compiledWat()}';
`;
  writeFileSync(`${root}shared/decode/escaped-text-module.ts`, text);
}
