// A copy of the hub's snapshot, kept true by the stream: snapshot, then changes with a revision.
// The one place that knows whether what the page shows can still be trusted.

import { get, Refused } from "./api.js";

const SILENT_MS = 25000; // the hub pings every 10 s: two missed pings and a half
const GRACE_MS = 3000; // a hub that restarts in two seconds is no news for the waiting room
const BACKOFF_MS = [250, 500, 1000, 2000, 4000];
const CLOCK_SLACK_MS = 2000;
const FRESH_MS = 15 * 60 * 1000; // ask again now and then: also corrects the clock

const ID_OF = { services: "id", counters: "id", tickets: "id", boards: "id", jobs: "id" };

/** A new snapshot: entities replaced whole by id, everything else replaced whole by key. Pure. */
export function merge(snapshot, change) {
  const next = { ...snapshot };
  const { removed = {}, ...rest } = change;
  for (const [key, value] of Object.entries(rest)) {
    if (key in ID_OF && Array.isArray(value) && Array.isArray(snapshot[key])) {
      const by = ID_OF[key];
      const fresh = new Map(value.map((entity) => [entity[by], entity]));
      const kept = snapshot[key].map((entity) => {
        const newer = fresh.get(entity[by]);
        fresh.delete(entity[by]);
        return newer || entity;
      });
      next[key] = [...kept, ...fresh.values()];
    } else {
      next[key] = value;
    }
  }
  for (const [key, ids] of Object.entries(removed)) {
    const gone = new Set(ids);
    if (Array.isArray(next[key])) next[key] = next[key].filter((entity) => !gone.has(entity[ID_OF[key] || "id"]));
  }
  return next;
}

export class Store {
  /**
   * `onChange(data, store)` after every change; `onLink(state)` with "connecting", "live" or "lost"; `onSignedOut(error)`;
   * `onSession(session)` who we are, before each connection; `onSeat({counter, held, since})` when a seat changes hands.
   */
  constructor({ onChange, onLink, onAnnounce = () => {}, onSignedOut = () => {}, onSession = () => {}, onSeat = () => {} }) {
    this.data = null;
    this.link = "connecting";
    this.nowAt = null; // {site: ms since epoch at the site, offset: minutes, mono: performance.now()}
    this.lostAt = null;
    this.handlers = { onChange, onLink, onAnnounce, onSignedOut, onSession, onSeat };
    this.socket = null;
    this.attempt = 0;
    this.heardAt = performance.now();
    this.buffer = null; // changes that came while a snapshot was being fetched
    this.graceTimer = null;
    this.retryTimer = null;
    this.stopped = false;
  }

  /** Ask who we are first, so that a browser without a session goes to the sign-in and not into a circle of refusals. */
  start() {
    this.reconnect();
    setInterval(() => this.watch(), 1000);
    setInterval(() => this.refetch(), FRESH_MS);
    window.addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.hurry();
    });
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.retryTimer);
    clearTimeout(this.graceTimer);
    if (this.socket) this.socket.close();
  }

  /** Milliseconds since 1970 by the hub's clock, or null before the first snapshot. */
  now() {
    return this.nowAt && this.nowAt.site + (performance.now() - this.nowAt.mono);
  }

  connect() {
    if (this.stopped) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/v1/stream`);
    this.socket = socket;
    this.heardAt = performance.now();
    socket.addEventListener("message", (event) => {
      if (socket !== this.socket) return;
      this.heardAt = performance.now();
      this.take(JSON.parse(event.data));
    });
    socket.addEventListener("close", () => {
      if (socket === this.socket) this.dropped();
    });
  }

  dropped() {
    this.socket = null;
    this.buffer = null;
    if (this.stopped) return;
    this.doubt();
    const base = BACKOFF_MS[Math.min(this.attempt, BACKOFF_MS.length - 1)];
    this.attempt += 1;
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => this.reconnect(), base * (0.75 + Math.random() / 2));
  }

  /** Ask first over HTTP: a browser does not tell a script why a WebSocket was refused. */
  async reconnect() {
    try {
      this.handlers.onSession(await get("/v1/session"));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) {
        this.stop();
        this.handlers.onSignedOut(error);
        return;
      }
      this.dropped();
      return;
    }
    this.connect();
  }

  hurry() {
    if (this.socket === null && !this.stopped) {
      clearTimeout(this.retryTimer);
      this.reconnect();
    }
  }

  /** The link may be gone: wait a short grace, then say so. */
  doubt() {
    if (this.link === "lost" || this.graceTimer !== null) return;
    this.graceTimer = setTimeout(() => {
      this.graceTimer = null;
      this.setLink("lost");
    }, GRACE_MS);
  }

  watch() {
    if (this.socket !== null && performance.now() - this.heardAt > SILENT_MS) {
      // A half-open connection never closes by itself: let go of it and begin again.
      const socket = this.socket;
      this.socket = null;
      socket.close();
      this.setLink("lost");
      this.dropped();
    }
  }

  setLink(state) {
    if (state === "live") {
      clearTimeout(this.graceTimer);
      this.graceTimer = null;
      this.attempt = 0;
    }
    if (state === this.link) return;
    this.link = state;
    this.lostAt = state === "lost" ? performance.now() : null;
    this.handlers.onLink(state);
  }

  take(message) {
    if (message.type === "snapshot") {
      this.adopt(message.data);
    } else if (message.type === "change") {
      if (this.buffer !== null) this.buffer.push(message);
      else this.apply(message);
    } else if (message.type === "announce") {
      this.handlers.onAnnounce(message.data);
    } else if (message.type === "seat") {
      this.handlers.onSeat(message.data);
    }
    if (this.data !== null) this.setLink("live");
  }

  adopt(snapshot) {
    this.data = snapshot;
    this.setClock(snapshot.now);
    this.handlers.onChange(this.data, this);
  }

  /** Follow the hub's clock; seconds only, so a smaller difference is left alone and the clock never steps back by one. */
  setClock(iso) {
    const match = /([+-])(\d\d):?(\d\d)$/.exec(iso);
    const offset = match ? (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) : 0;
    const site = Date.parse(iso);
    if (this.nowAt !== null && offset === this.nowAt.offset && Math.abs(site - this.now()) < CLOCK_SLACK_MS) return;
    this.nowAt = { site, offset, mono: performance.now() };
  }

  apply(message) {
    const rev = this.data.rev;
    if (message.rev <= rev) return;
    if (message.rev !== rev + 1 && message.prev !== rev) {
      this.refetch();
      return;
    }
    const newDay = ["service_day", "epoch", "clock"].some((key) => key in message.data && message.data[key] !== this.data[key]);
    if ("now" in message.data) this.setClock(message.data.now);
    this.data = { ...merge(this.data, message.data), rev: message.rev };
    if (newDay) this.refetch();
    this.handlers.onChange(this.data, this);
  }

  async refetch() {
    if (this.buffer !== null || this.socket === null || this.data === null) return;
    this.buffer = [];
    let snapshot;
    try {
      snapshot = await get("/v1/snapshot");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // Half a truth is worse than none: begin again with a new stream.
      this.buffer = null;
      if (this.socket) this.socket.close();
      return;
    }
    const missed = this.buffer || [];
    this.buffer = null;
    this.adopt(snapshot);
    for (const message of missed) this.apply(message);
  }
}
