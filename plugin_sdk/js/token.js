// Tokens (JWT) as a browser carries them: it can't set headers, so they go among the subprotocols.

const kMaxTimerMs = 2 ** 31 - 1;
const kLeastMs = 5000;

export const protocolOf = (token) => `ws.token.${token}`;

// After how long to ask for the next one, in ms: at three quarters of its life. Null: it doesn't say.
// `iat` spares us a clock that agrees with the server's.
export function renewAfterMs(token, now = Date.now()) {
  try {
    const {exp, iat} = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    const life = (exp - (iat ?? now / 1000)) * 1000;
    return Number.isFinite(life) ? Math.min(kMaxTimerMs, Math.max(kLeastMs, life * .75)) : null;
  } catch {
    return null;
  }
}
