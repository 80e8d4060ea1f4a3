export const help = `Objects that travel between cloud and edge, from the command line.

Usage: edge-sync COMMAND [options]

  receive TYPE... --into DIR    put the objects of these types there, as TYPE/ID: whole and checked, and acknowledged
                                when the file is in place; a deleted object's file goes. Runs until it is stopped.
    --once                      only what is there now
    --trust FILE                only what this key has signed (its public key, PEM), as often as you like
    --mark received             the service keeps what you have: it comes again at the next start
  send FILE TYPE/ID             publish a file; - is standard input
    --to TYPE or TYPE/ID        for whom; everybody unless given
    --version TEXT
    --sign FILE                 sign it with this private key (RSA, PEM); EDGE_SYNC_PASSPHRASE
    --meta FILE                 more metadata, as JSON: the file of hzn mms object new, filled in
    --wait delivered|consumed   until it has come so far everywhere; at an edge only consumed
    --timeout SECONDS           of the wait (60)
  ls [TYPE]                     the object types of a cloud, or the objects of a type
  status TYPE/ID                how far it is, and where
    --wait delivered|consumed, --timeout SECONDS
  fetch TYPE/ID FILE            its data, whole and checked, not acknowledged; - is standard output
    --trust FILE
  consume TYPE/ID               say that you are done with it, or with --mark received that you have it
    --instance ID               only if this version is there still: the instanceID that ls --json says
  delete TYPE/ID                delete it wherever it was sent
  edges                         the edges that are registered with a cloud
  doctor                        what is wrong with the connection
  local                         a cloud with edges on this machine, to try things out; see local --help

  --json                        a line of JSON for each result
  --help
  --version                     of this command, alone

Which service: EDGE_SYNC_URL (http://, https://, unix:///, secure-unix:///), EDGE_SYNC_ORG (at a cloud), EDGE_SYNC_KEY,
EDGE_SYNC_SECRET, EDGE_SYNC_CA (a file). Without EDGE_SYNC_URL the edge service of Open Horizon: HZN_ESS_*.
A cloud is reached by the proxy that HTTPS_PROXY, ALL_PROXY or HTTP_PROXY names, unless NO_PROXY leaves it out.

Ends with 0: done; 1: failed; 2: called in a wrong way; 3: nothing there.`;

/** How a command is called, as the help says. */
export function usageOf(name: string): string {
  return new RegExp(`^ {2}(${name}\\b.*?) {2,}`, 'm').exec(help)?.[1] ?? name;
}
