// The hub over HTTP: one intent, one key. A request that the network swallowed is sent again with the same key,
// so the hub answers with what it did the first time and nobody is called twice.

const RETRY_AFTER_MS = [250, 600, 1200, 2500];
const TIMEOUT_MS = 6000;

/** A refusal of the hub in two languages, with what was given and what is allowed. `status` 0: it was not reached. */
export class Refused extends Error {
  constructor(status, code, vi, en, given = null, allowed = null) {
    super(en || code);
    this.status = status;
    this.code = code;
    this.vi = vi;
    this.en = en;
    this.given = given;
    this.allowed = allowed;
  }

  sentence(language) {
    return (language === "en" ? this.en || this.vi : this.vi || this.en) || this.code;
  }
}

/** A new idempotency key. `randomUUID` exists only on https and localhost; a hub on the LAN may be plain http. */
export function newKey() {
  if (typeof crypto.randomUUID === "function") return `web-${crypto.randomUUID()}`;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `web-${Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("")}`;
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function answer(response) {
  const text = await response.text();
  let body = null;
  try {
    body = text ? JSON.parse(text) : {};
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Not our hub's words (a proxy, a half answer): say so plainly below.
  }
  if (response.ok && body !== null) return body;
  const error = (body && body.error) || {};
  throw new Refused(
    response.status,
    error.code || `http_${response.status}`,
    error.vi || "Máy chủ số thứ tự chưa làm được việc này. Xin thử lại sau ít phút.",
    error.en || "The queue server could not do this. Please try again in a few minutes.",
    error.given,
    error.allowed,
  );
}

function unreachable() {
  return new Refused(
    0,
    "unreachable",
    "Chưa nối được với máy gọi số. Việc vừa bấm có thể chưa được ghi; màn hình sẽ tự cập nhật khi nối lại.",
    "The queue server cannot be reached. What you pressed may not have been recorded; this page updates itself when the link is back.",
  );
}

export async function get(path) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw unreachable();
  }
  return answer(response);
}

async function send(method, path, body, key) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const response = await fetch(path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        credentials: "same-origin",
        cache: "no-store",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return await answer(response);
    } catch (error) {
      if (error instanceof Refused) throw error;
      if (attempt >= RETRY_AFTER_MS.length) throw unreachable();
      await wait(RETRY_AFTER_MS[attempt]);
    }
  }
}

export const post = (path, body = {}, key = newKey()) => send("POST", path, body, key);
export const remove = (path) => send("DELETE", path, undefined, newKey());
