/** A cluster whose logs are read, in the words of its cloud. */
import { type Static, Type } from '@sinclair/typebox';
import { maybe, oneOf } from '../schema/type.ts';
import { awsPlace, controlPlaneLogs, ingest } from './aws.ts';
import { categories, location, subscription } from './azure.ts';
import { closed, listed, named, word } from './form.ts';
import { project } from './gcp.ts';

/** In the place of a cloud's name: a cluster that is read by no cloud's own means, and sends its audit log itself. */
export const selfManaged = 'self-managed';

/** As its logs name it. */
const clusterName = named('the name of the cluster, as its logs give it');

export const Cluster = Type.Union(
  [
    closed({
      cloud: word('aws'),
      name: clusterName,
      ...awsPlace,
      logGroup: maybe(
        named('the CloudWatch log group; without it /aws/eks/NAME/cluster', '^[A-Za-z0-9_/.#-]{1,512}$'),
      ),
      ingest,
      turnOn: listed(
        oneOf(controlPlaneLogs, {
          description: 'A control-plane log that deployment turns on in EKS; none is ever turned off',
        }),
        controlPlaneLogs.length,
      ),
    }),
    closed({
      cloud: word('azure'),
      name: clusterName,
      subscription,
      resourceGroup: named('the resource group of the cluster', '^[A-Za-z0-9_().-]{1,90}$'),
      location,
      categories,
    }),
    closed({
      cloud: word('gcp'),
      name: clusterName,
      project,
      location: named('a region or zone such as europe-west1', '^[a-z]+-[a-z]+\\d+(?:-[a-z])?$'),
    }),
    closed({ cloud: word(selfManaged), name: clusterName }),
  ],
  { description: 'A cluster whose logs are read' },
);

export type Cluster = Static<typeof Cluster>;
