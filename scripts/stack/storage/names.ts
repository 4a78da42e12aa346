/** Which names buckets and objects may have. */
import { invalidBucketName, invalidKey } from './errors.ts';

/** The characters that S3 calls safe, and those it says need care but that URLs can carry. */
const SAFE = /^[\w!\-.*'() &$@=;:+,?]*$/;
const SAFE_WITH_SLASH = /^[\w!\-.*'() &$@=;:+,?/]+$/;

const LONGEST_BUCKET_NAME = 100;
/** S3's limit; a longer key would not fit into the index either. */
const LONGEST_KEY = 1024;
const RESERVED_SUFFIX = '--table-s3';

export function checkBucketName(name: string): void {
  const fits = name.length > 0 && name.length <= LONGEST_BUCKET_NAME && name.trim() === name;
  if (!fits || !SAFE.test(name) || name.endsWith(RESERVED_SUFFIX)) throw invalidBucketName();
}

/** Refuses a key that no object may have. */
export function checkKey(key: string): void {
  if (key.length > LONGEST_KEY || !SAFE_WITH_SLASH.test(key)) throw invalidKey(key.slice(0, LONGEST_KEY));
}

/** Refuses `.` and `..` as parts of a key. The text names the path as the real server's file backend has it. */
export function checkKeySegments(bucket: string, key: string, version: string): void {
  if (key.split('/').some((part) => part === '.' || part === '..')) {
    throw invalidKey(`stub/stub/${bucket}/${key}/${version} contains dot path segment`);
  }
}
