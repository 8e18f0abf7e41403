/** An S3 bucket in, an ArchiveStore that keeps its objects there, out. */
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  type ArchiveObject,
  type ArchiveStore,
  checkObjectName,
  isObjectName,
  type ListedObject,
  type Pause,
  type Random,
} from '../../shared/ports.ts';
import { nameOf, within } from './client.ts';

export interface BucketArchiveOptions {
  /** A general purpose bucket, for itself alone: directory buckets list in no order. */
  readonly bucket: string;
  readonly client: S3Client;
  /** The ARN of a KMS key to encrypt with; without it as the bucket does by itself. */
  readonly kmsKey?: string | undefined;
  readonly pause: Pause;
  readonly random: Random;
}

/**
 * One request for an object that is put or got, and one for each thousand names that are listed. An object is put only
 * where there is none of its name (`If-None-Match`), with its SHA-256, which S3 checks and keeps: Object Lock asks for that,
 * and whose retention holds is the bucket's affair. The function needs s3:PutObject and s3:GetObject on the objects and
 * s3:ListBucket on the bucket, without which S3 refuses to say that an object is not there.
 */
export const bucketArchive = (options: BucketArchiveOptions): ArchiveStore => {
  const { bucket, client, pause, random } = options;
  const inBucket = within('archive', `the bucket ${bucket} cannot be used`);

  async function* pages(prefix: string, delimiter?: string): AsyncGenerator<ListObjectsV2CommandOutput> {
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        // Whoever may write to the bucket may choose a name that XML cannot hold.
        EncodingType: 'url',
        ...(delimiter !== undefined && { Delimiter: delimiter }),
        ...(token !== undefined && { ContinuationToken: token }),
      });
      const page = await inBucket(() => client.send(command));
      yield page;
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  return {
    put: (object) =>
      inBucket(async () => {
        checkObjectName(object.name);
        const command = new PutObjectCommand(inputOf(object, options));
        for (let attempt = 1; ; attempt++) {
          try {
            await client.send(command);
            return true;
          } catch (thrown) {
            if (nameOf(thrown) === taken) return false;
            if (nameOf(thrown) !== underWay || attempt === mostAttempts) throw thrown;
            await pause(firstDelayMs * 2 ** attempt * random());
          }
        }
      }),
    get: (name) =>
      inBucket(async () => {
        checkObjectName(name);
        try {
          const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: name }));
          return (await Body?.transformToByteArray()) ?? new Uint8Array();
        } catch (thrown) {
          if (thrown instanceof NoSuchKey) return undefined;
          throw thrown;
        }
      }),
    list: async function* (prefix): AsyncGenerator<ListedObject> {
      for await (const { Contents = [] } of pages(prefix))
        for (const { Key, Size = 0 } of Contents) {
          const name = decoded(Key);
          if (isObjectName(name)) yield { name, bytes: Size };
        }
    },
    folders: async function* (prefix) {
      for await (const { CommonPrefixes = [] } of pages(prefix, '/'))
        for (const { Prefix } of CommonPrefixes) {
          const folder = decoded(Prefix);
          if (isObjectName(folder.slice(0, -1))) yield folder;
        }
    },
  };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
const taken = 'PreconditionFailed';
/** Another writing of the name is not over, and may fail yet. */
const underWay = 'ConditionalRequestConflict';
const mostAttempts = 5;
const firstDelayMs = 50;

const inputOf = ({ name, contentType, bytes }: ArchiveObject, { bucket, kmsKey }: BucketArchiveOptions) => ({
  Bucket: bucket,
  Key: name,
  Body: bytes,
  ContentType: contentType,
  IfNoneMatch: '*',
  ChecksumAlgorithm: 'SHA256' as const,
  ...(kmsKey !== undefined && {
    ServerSideEncryption: 'aws:kms' as const,
    SSEKMSKeyId: kmsKey,
    // One call of the key for many objects, not one for each.
    BucketKeyEnabled: true,
  }),
});

/** Of a name that is none of ours nothing is left but that. */
const decoded = (name = ''): string => {
  try {
    return decodeURIComponent(name);
  } catch {
    return '';
  }
};
