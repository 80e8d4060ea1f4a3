/** The oldest Node.js that these nodes run on: `engines` in package.json says the same. */
const oldest = '20.18.1';

/** What stands in the way of running on a version of Node.js; undefined where nothing does. */
export function unsupported(version: string): string | undefined {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0, leastPatch = 0] = oldest.split('.').map(Number);
  const newer = major - leastMajor || minor - leastMinor || patch - leastPatch;
  return newer >= 0
    ? undefined
    : `@edge-sync/node-red needs Node.js ${oldest} or later; Node-RED runs on ${version} here`;
}

// Whatever a node needs may fail in a way of its own on an older one, so this comes first. Node-RED shows the error as text,
// and behind it the line of the stack where the node stands: that helps nobody here.
const reason = unsupported(process.versions.node);
if (reason) throw Object.assign(new Error(reason), { name: '', stack: reason });
