/** Every fault at every request that a function on Google Cloud makes where it pulls. */
import { refusalOf } from '../../stand-ins/google.ts';
import { survivesEveryFault } from '../survives-faults.ts';
import { openStage, services } from './drain-fault-runs.ts';

survivesEveryFault({
  cloud: 'gcp, where it pulls',
  open: openStage,
  services,
  conflictOf: { Firestore: { commit: refusalOf(409, 'ABORTED') } },
  leastAsked: {
    'Cloud Storage': 4,
    Firestore: 10,
    'Pub/Sub': 2,
    'the subscription': 8,
    'dead letters': 2,
  },
});
