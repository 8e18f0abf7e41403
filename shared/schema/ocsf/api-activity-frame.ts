/** What the class API Activity says of itself, by activity and outcome; one row for each activity. */
import type { Outcome } from '../audit-event.ts';
import { frameOf, type OcsfClass, statusOf } from './event-frame.ts';

const activityNames: Readonly<Record<number, string>> = {
  0: 'Unknown',
  1: 'Create',
  2: 'Read',
  3: 'Update',
  4: 'Delete',
  99: 'Other',
};

const apiActivity: OcsfClass = {
  uid: 6003,
  name: 'API Activity',
  category: { uid: 6, name: 'Application Activity' },
};

export const apiActivityFrame = (activityId: number, outcome: Outcome) => ({
  ...frameOf(apiActivity, [activityId, activityNames[activityId] ?? 'Other']),
  ...statusOf(outcome),
});
