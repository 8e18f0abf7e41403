/** What the class API Activity says of itself, by activity and outcome; one row for each activity. */
import type { Outcome } from '../audit-event.ts';
import { statusCodeOf, statusIds, statusNames } from './event-frame.ts';

const activityNames: Readonly<Record<number, string>> = {
  0: 'Unknown',
  1: 'Create',
  2: 'Read',
  3: 'Update',
  4: 'Delete',
  99: 'Other',
};

/** A call is of severity informational whatever it did: what is suspicious, rules say. */
export const apiActivityFrame = (activityId: number, outcome: Outcome) => {
  const activityName = activityNames[activityId];
  return {
    class_uid: 6003,
    class_name: 'API Activity',
    category_uid: 6,
    category_name: 'Application Activity',
    activity_id: activityId,
    activity_name: activityName,
    type_uid: 600_300 + activityId,
    type_name: `API Activity: ${activityName}`,
    severity_id: 1,
    severity: 'Informational',
    status_id: statusIds[outcome.result],
    status: statusNames[outcome.result],
    status_code: statusCodeOf(outcome),
    status_detail: outcome.reason,
  };
};
