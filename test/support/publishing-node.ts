/** What a sync-out has that publishes the payload of its messages under one type. */
export function publishingNode(objectType: string): Record<string, string> & { type: string } {
  return {
    type: 'sync-out',
    action: 'publish',
    objectType,
    objectTypeType: 'str',
    source: 'value',
    data: 'payload',
    dataType: 'msg',
  };
}

/** Each object has an ID of its own. */
export const ownID = { objectID: '', objectIDType: 'unique' };

/** The message says the ID of its object. */
export const givenID = { objectID: 'payload.id', objectIDType: 'msg' };
