/** Where self-managed clusters send their audit log to: one of the clouds, and the place in it. */
import { type Static, Type } from '@sinclair/typebox';
import { awsPlace } from './aws.ts';
import { location } from './azure.ts';
import { closed, word } from './form.ts';

export const Receiver = Type.Union(
  [
    closed({ cloud: word('aws'), ...awsPlace }),
    closed({ cloud: word('azure'), location }),
    closed({ cloud: word('gcp') }, 'In the project of gcp'),
  ],
  { description: 'The cloud, and the place in it, that self-managed clusters send their audit log to' },
);

export type Receiver = Static<typeof Receiver>;
