/** Where an image comes from, however short it is written. */
import { describe, expect, it } from 'vitest';
import { imageOf } from '../../../shared/detect/views/image.ts';

describe('an image', () => {
  it.each([
    ['nginx', 'docker.io', 'docker.io/library/nginx'],
    ['nginx:1.27', 'docker.io', 'docker.io/library/nginx'],
    ['shop/web:v1', 'docker.io', 'docker.io/shop/web'],
    ['docker.io/nginx', 'docker.io', 'docker.io/library/nginx'],
    ['registry.example.com/shop/web@sha256:abc', 'registry.example.com', 'registry.example.com/shop/web'],
    [
      'Registry.Example.com:5000/web:v1@sha256:abc',
      'registry.example.com:5000',
      'registry.example.com:5000/web',
    ],
    ['localhost/web', 'localhost', 'localhost/web'],
  ])('%s is of %s', (text, registry, repository) => {
    expect(imageOf(text)).toEqual({ registry, repository });
  });

  it('is none where nothing is named', () => {
    for (const text of ['', ':1', 'registry.example.com/', '@sha256:abc'])
      expect(imageOf(text)).toBeUndefined();
  });
});
