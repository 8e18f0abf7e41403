/** A store of objects that an archive was written to in, what stands in it out. */
import { gunzipSync } from 'node:zlib';

/** Every line below a bucket but those of manifests, in order. Objects are known by `/bucket/name`. */
export const archivedIn = (
  { objects }: { readonly objects: ReadonlyMap<string, Buffer> },
  bucket: string,
): readonly string[] =>
  [...objects]
    .filter(([path]) => path.startsWith(`/${bucket}/`) && path.endsWith('.gz'))
    .flatMap(([, bytes]) => gunzipSync(bytes).toString('utf8').trimEnd().split('\n'))
    .toSorted();
