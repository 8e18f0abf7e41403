/** Every fault at every request that a function on Azure makes. */
import { tableFault } from '../../stand-ins/azurite.ts';
import { survivesEveryFault } from '../survives-faults.ts';
import { openStage, services } from './fault-runs.ts';

/** Another has created or replaced the entity since it was read. */
const changed = tableFault(412, 'UpdateConditionNotSatisfied');

survivesEveryFault({
  cloud: 'azure',
  open: openStage,
  services,
  // What another has put into the archive under the same name is the same: there is no conflict to be had.
  conflictOf: { 'Table Storage': { Transaction: changed, UpdateEntity: changed } },
  leastAsked: { 'Blob Storage': 4, 'Table Storage': 11 },
});
