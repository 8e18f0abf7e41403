/** State in DynamoDB as moto plays it: the same contract as against dynalite. */
import { describe } from 'vitest';
import { tableState } from '../../functions/aws/state.ts';
import { pause } from '../../functions/pause.ts';
import { keepsTheContract } from '../contracts/state-store.ts';
import { dynamoDbAt, madeTable } from '../stand-ins/dynamodb.ts';
import { motoUrl, patient } from './moto.ts';

describe('state in DynamoDB', () => {
  keepsTheContract(async (now) => {
    const [client, other] = [dynamoDbAt(motoUrl(), patient), dynamoDbAt(motoUrl(), patient)];
    const table = await madeTable(client);
    return [
      tableState({ table, client, now, pause, random: Math.random }),
      tableState({ table, client: other, now, pause, random: Math.random }),
    ];
  });
});
