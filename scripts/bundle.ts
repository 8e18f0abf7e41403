/** An entry file in, one file that holds all it needs out. */
import { build } from 'esbuild';

/** Both paths are from the root of the project, or whole. */
export const bundle = async (root: string, entry: string, outfile: string): Promise<void> => {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    // Without it clients of the AWS SDK come as CommonJS, which do not load in a module.
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: false,
    legalComments: 'linked',
    // Packages written as CommonJS ask for `require`, which a module does not have.
    banner: {
      js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
    },
  });
};
