/** An entry file in, what holds all it needs out: one file, or that and the parts that it loads when it needs them. */
import { parse } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

/** Both paths are from the root of the project, or whole. */
export const bundle = async (root: string, entry: string, outfile: string): Promise<void> => {
  await build({ ...common, absWorkingDir: root, entryPoints: [entry], outfile });
};

/** What the entry loads by `import()` lies in files of its own, in `parts` beside it: answers with their paths. */
export const bundleInParts = async (
  root: string,
  entry: string,
  outfile: string,
): Promise<readonly string[]> => {
  const { dir, name, ext } = parse(outfile);
  const { metafile } = await build({
    ...common,
    absWorkingDir: root,
    entryPoints: [{ in: entry, out: name }],
    outdir: dir,
    chunkNames: 'parts/[name]-[hash]',
    // What Node takes for a module wherever it lies is so in its parts as well.
    outExtension: { '.js': ext },
    splitting: true,
    metafile: true,
  });
  return Object.keys(metafile.outputs).filter((file) => file.endsWith(ext) && file !== outfile);
};

const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  // No package of that name is to be had: the Functions host of Azure puts it in the place of `require`.
  external: ['@azure/functions-core'],
  // Without it clients of the AWS SDK come as CommonJS, which do not load in a module.
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: false,
  legalComments: 'linked',
  // Packages written as CommonJS ask for `require` and `__dirname`, which a module does not have.
  banner: {
    js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);const __dirname = import.meta.dirname;",
  },
} as const satisfies BuildOptions;
