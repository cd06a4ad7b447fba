// Tokens (JWT) as a browser carries them: it can't set headers.

const kMaxTimerMs = 2 ** 31 - 1;
const kLeastMs = 5000;

// [url, protocols] with the token: among the subprotocols, which stand in no log on the way. A browser
// takes it for an error when it offered some and got none, so without others it goes into the address.
export function withToken(token, url, protocols) {
  if (!token) return [url, protocols];
  if (protocols.length > 0) return [url, [...protocols, `ws.token.${token}`]];
  const address = new URL(url);
  address.searchParams.set("token", token);
  return [address.href, protocols];
}

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
