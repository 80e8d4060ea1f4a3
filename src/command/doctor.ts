import type { SyncServiceClient } from '../client';
import { type Diagnosis, diagnose, findingOf } from '../client/diagnosis';
import { connect, type Environment } from './environment';
import { exit, UsageError } from './exit';
import { Remedies } from './findings';
import type { Output } from './output';

/** Says what is wrong with the connection that the environment names, and what to do about it. */
export async function doctor(environment: Environment, output: Output): Promise<number> {
  const diagnosis = await examine(environment);
  const { good, finding, detail } = diagnosis;
  output.result({ good, finding, detail }, new Remedies(environment).sentenceOf(diagnosis));
  return good ? exit.done : exit.failed;
}

async function examine(environment: Environment): Promise<Diagnosis> {
  let client: SyncServiceClient;
  try {
    client = connect(environment);
  } catch (error) {
    if (!(error instanceof UsageError)) return findingOf(error);
    return { good: false, finding: 'invalid', detail: error.message };
  }
  try {
    return await diagnose(client);
  } finally {
    await client.close();
  }
}
