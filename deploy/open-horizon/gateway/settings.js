// Node-RED on a small gateway: everything that changes is in /data, nobody logs in unless there is a password.
const { randomBytes } = require('node:crypto');
const { copyFileSync, existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { FlowDelivery } = require('./flow-delivery');

const userDir = process.env.NODE_RED_USER_DIR || '/data';
const flowFile = process.env.FLOWS || 'flows.json';
const uiPort = Number(process.env.PORT || 1880);
const httpAdminRoot = '/admin';

// The flows of the image are those of a gateway that has none yet.
if (!existsSync(join(userDir, flowFile)))
  copyFileSync(join(__dirname, 'flows.json'), join(userDir, flowFile));

// For this process alone: what applies flows from the cloud goes the way that the editor goes.
const token = randomBytes(32).toString('hex');
const flowDelivery = new FlowDelivery({
  userDir,
  flowFile,
  admin: `http://127.0.0.1:${uiPort}${httpAdminRoot}`,
  token,
  probation: Number(process.env.FLOWS_PROBATION || 30) * 1000,
});
// Before Node-RED reads them: flows that ended it again and again give way to those before.
flowDelivery.atStart();

const password = secretOf('node_red_admin');

module.exports = {
  userDir,
  flowFile,
  uiPort,
  httpAdminRoot,
  // A bcrypt hash, made by `node-red admin hash-pw`. Without one there is no editor.
  disableEditor: password === undefined,
  adminAuth: {
    type: 'credentials',
    users: password === undefined ? [] : [{ username: 'admin', password, permissions: '*' }],
    tokens: async (given) => (given === token ? { username: 'flow-delivery', permissions: '*' } : null),
  },
  // Without one Node-RED makes its own, and keeps it in /data.
  ...withSecret('credentialSecret', secretOf('node_red_credentials')),
  // For whoever watches the gateway: docs/metrics.md. The port is on its loopback alone.
  syncServiceMetrics: 'node',
  functionGlobalContext: { flowDelivery },
  functionExternalModules: false,
  externalModules: { autoInstall: false, palette: { allowInstall: false } },
  editorTheme: { projects: { enabled: false }, tours: false },
  telemetry: { enabled: false },
  logging: { console: { level: process.env.LOG_LEVEL || 'info', metrics: false, audit: false } },
};

// What Open Horizon's agent mounts of a secret: {"key": ..., "value": ...}.
function secretOf(name) {
  const file = join('/open-horizon-secrets', name);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).value : undefined;
}

function withSecret(setting, value) {
  return value === undefined ? {} : { [setting]: value };
}
