/** Credentials in URLs: hidden by the name they stand under, and by their form. */
import { describe, expect, it } from 'vitest';
import { isSecretHeader, withoutUrlSecrets } from '../../shared/normalise/redact-url.ts';

describe('a URL', () => {
  it.each([
    ['/?token=a.b-c', '/?token=[redacted]'],
    ['/?a=1&access_token=x&b=2', '/?a=1&access_token=[redacted]&b=2'],
    ['/?clientSecret=x#top', '/?clientSecret=[redacted]#top'],
    ['/?x-api-key=1;sid=2', '/?x-api-key=[redacted];sid=[redacted]'],
    ['/;jsessionid=12AB?a=1', '/;jsessionid=[redacted]?a=1'],
    ['/?PHPSESSID=12AB', '/?PHPSESSID=[redacted]'],
    ['/blob?sv=2024&sig=a%2Bb%3D', '/blob?sv=2024&sig=[redacted]'],
    ['/o?X-Amz-Signature=0a&X-Amz-Date=1', '/o?X-Amz-Signature=[redacted]&X-Amz-Date=1'],
    ['/o?X-Goog-Signature=0a', '/o?X-Goog-Signature=[redacted]'],
    ['GET /?password=x HTTP/1.1', 'GET /?password=[redacted] HTTP/1.1'],
    ['https://dana:pa:ss@example.com/', 'https://[redacted]@example.com/'],
    ['/v/eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln/x', '/v/[redacted]/x'],
  ])('%s is kept as %s', (url, kept) => {
    expect(withoutUrlSecrets(url)).toBe(kept);
  });

  it.each([
    '/?page=2&sort=name',
    '/?author=x&inside=1&config=a&monkey=b&tokens',
    '/?next=https://example.com/a:b@c',
    '/eyJ.eyJ.x',
    '/?token=',
  ])('%s is kept as it is', (url) => {
    expect(withoutUrlSecrets(url)).toBe(url);
  });
});

describe('a header', () => {
  it('that holds a credential is known by its name, in any case', () => {
    for (const name of [
      'Authorization',
      'proxy-authorization',
      'Cookie',
      'set-cookie',
      'X-Api-Key',
      'X-Auth-Token',
    ])
      expect(isSecretHeader(name)).toBe(true);
    for (const name of ['Host', 'User-Agent', 'X-Request-Id', '']) expect(isSecretHeader(name)).toBe(false);
  });
});
