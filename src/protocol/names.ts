/**
 * Names of object types and objects. A CSS accepts more than an ESS can fetch: for an ID like `a#b` it answers
 * 204, the edge stores the metadata, and can then neither fetch the data nor acknowledge, for ever.
 */

const acceptedByCloud = /^[a-zA-Z0-9!@#$^*\-_.~|\p{L}\p{N}]+$/u;
const acceptedByEdge = /^[\p{L}\p{N}\p{M}._@-]+$/u;

/** Whether a CSS accepts the name. What it refuses is refused with 400, whoever asks. */
export function isAcceptedByCloud(name: string): boolean {
  return acceptedByCloud.test(name);
}

/** Whether an object of this name can travel to an ESS: the characters that both ends accept, and no `..`. */
export function canReachEdge(name: string): boolean {
  return acceptedByCloud.test(name) && acceptedByEdge.test(name) && !name.includes('..');
}
