// Addresses in notifications: only those that lead somewhere harmless.

const kHarmless = new Set(["http:", "https:", "mailto:"]);

// The address in full, or null.
export function safeAddress(text, allowed = kHarmless) {
  try {
    const url = new URL(text, document.baseURI);
    return allowed.has(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

export const imageAddress = (text) => safeAddress(text, new Set(["http:", "https:"]));
