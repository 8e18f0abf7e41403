/** The image that a kubelet tells of. */
import { describe, expect, it } from 'vitest';
import { pullOf } from '../../../shared/detect/views/pull.ts';
import { nativeEvent } from '../events.ts';

const viewOf = (reason: unknown, message: unknown) =>
  pullOf({ ...nativeEvent(JSON.parse(JSON.stringify({ reason, message }))), kind: 'kubernetes-event' });

const web = {
  image: 'web:1.4',
  registry: 'docker.io',
  repository: 'docker.io/library/web',
};

describe('the pull view', () => {
  it.each([
    ['Pulling', 'Pulling image "web:1.4"'],
    ['Pulled', 'Successfully pulled image "web:1.4" in 1.2s (1.2s including waiting). Image size: 5 bytes.'],
    ['Pulled', 'Container image "web:1.4" already present on machine'],
  ])('is made of what is %s: %s', (reason, message) => {
    expect(viewOf(reason, message)).toEqual(web);
  });

  it('is not made of other Events, of other sentences or of odd values', () => {
    expect(viewOf('Failed', 'Pulling image "web:1.4"')).toBeUndefined();
    expect(viewOf('Pulling', 'He said: Pulling image "web:1.4"')).toBeUndefined();
    for (const odd of [undefined, null, 5, '', [], {}, 'Pulling image ""', 'Pulling image "web'])
      expect(viewOf('Pulling', odd)).toBeUndefined();
    expect(pullOf(nativeEvent({ reason: 'Pulling', message: 'Pulling image "web"' }))).toBeUndefined();
  });
});
