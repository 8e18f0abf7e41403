/** An archive in S3 as moto plays it: the contract, in buckets whose objects are locked from the moment they are written. */
import { createHash } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectLockConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { bucketArchive } from '../../functions/aws/archive.ts';
import { pause } from '../../functions/pause.ts';
import { keepsTheArchiveContract } from '../contracts/archive-store.ts';
import { s3At } from '../stand-ins/s3.ts';
import { motoUrl, patient } from './moto.ts';

let made = 0;

/** A bucket as infra/aws/archive.ts declares it; answers its name. */
const madeBucket = async (client: S3Client): Promise<string> => {
  const Bucket = `evidence-${process.pid}-${made++}`;
  await client.send(
    new CreateBucketCommand({
      Bucket,
      ObjectLockEnabledForBucket: true,
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    }),
  );
  await client.send(
    new PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 400 } },
      },
    }),
  );
  return Bucket;
};

const object = { name: 'a/b', contentType: 'application/gzip', bytes: Buffer.from('evidence') };

describe('an archive in S3', () => {
  keepsTheArchiveContract(async () => {
    const [client, other] = [s3At(motoUrl(), patient), s3At(motoUrl(), patient)];
    const bucket = await madeBucket(client);
    return [
      bucketArchive({ bucket, client, pause, random: Math.random }),
      bucketArchive({ bucket, client: other, pause, random: Math.random }),
    ];
  });

  it('is locked by the bucket, keeps the digest it came with, and has one version', async () => {
    const client = s3At(motoUrl(), patient);
    const Bucket = await madeBucket(client);
    const store = bucketArchive({ bucket: Bucket, client, pause, random: Math.random });
    await store.put(object);
    await store.put({ ...object, bytes: Buffer.from('forgery') });

    const head = await client.send(
      new HeadObjectCommand({ Bucket, Key: object.name, ChecksumMode: 'ENABLED' }),
    );
    expect(head).toMatchObject({ ObjectLockMode: 'COMPLIANCE', ContentType: 'application/gzip' });
    expect(head.ChecksumSHA256).toBe(createHash('sha256').update(object.bytes).digest('base64'));
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions).toHaveLength(1);
    const VersionId = Versions[0]?.VersionId;
    await expect(
      client.send(new DeleteObjectCommand({ Bucket, Key: object.name, VersionId })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('is encrypted with the key that is named', async () => {
    const client = s3At(motoUrl(), patient);
    const bucket = await madeBucket(client);
    const kmsKey = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
    await bucketArchive({ bucket, client, kmsKey, pause, random: Math.random }).put(object);
    expect(await client.send(new HeadObjectCommand({ Bucket: bucket, Key: object.name }))).toMatchObject({
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: kmsKey,
    });
  });
});
