// When to come back after a connection ended, and when not to.

const kBackFor = new Set([
  1001, 1006, 1012,  // the server stops or restarts, or the net broke
  1011, 1014, 1015,  // the server, a gateway or TLS failed: it may work later
  1013,              // the server has too much to do
  4401,              // who we are has expired: prove it again
]);
const kFirstWaitMs = 2000;
const kBaseWaitMs = 500;
const kMaxWaitMs = 30000;
const kTryLaterCounts = 4;  // as if so many tries had failed

// False: the server's answer stands (1000, 1008, 4403 "signed out" ...), until somebody asks again.
export const comesBack = (code) => kBackFor.has(code);

// The wait before try number `tries` (from 0): "full jitter", so that thousands who lost one
// server do not come back at once.
export function waitMs(tries, code = 1006, random = Math.random) {
  const failed = tries + (code === 1013 ? kTryLaterCounts : 0);
  return random() * (failed === 0 ? kFirstWaitMs : Math.min(kMaxWaitMs, kBaseWaitMs * 2 ** failed));
}
