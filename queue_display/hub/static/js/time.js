// Time as the waiting room knows it: the hub's clock and the site's zone, never the browser's own.

const two = (n) => String(n).padStart(2, "0");
const DAYS = {
  vi: ["Chủ nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"],
  en: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
};

/** Parts of a moment (ms since 1970) in the site's zone (offset in minutes). */
export function siteTime(ms, offset) {
  const shifted = new Date(ms + offset * 60000);
  return {
    clock: `${two(shifted.getUTCHours())}:${two(shifted.getUTCMinutes())}`,
    day: `${shifted.getUTCFullYear()}-${two(shifted.getUTCMonth() + 1)}-${two(shifted.getUTCDate())}`,
    date: `${two(shifted.getUTCDate())}/${two(shifted.getUTCMonth() + 1)}/${shifted.getUTCFullYear()}`,
    weekday: (language) => DAYS[language][shifted.getUTCDay()],
  };
}

/** "08:42" as written in an ISO time that carries the site's own offset. */
export const clockOf = (iso) => (iso ? iso.slice(11, 16) : "");

/** Whole minutes between an ISO time and now (ms), never negative. */
export function minutesSince(iso, now) {
  const from = Date.parse(iso || "");
  if (Number.isNaN(from) || now === null) return 0;
  return Math.max(0, Math.floor((now - from) / 60000));
}

/** "4:07" or "1:02:07" since an ISO time. */
export function stopwatch(iso, now) {
  const from = Date.parse(iso || "");
  if (Number.isNaN(from) || now === null) return "";
  const seconds = Math.max(0, Math.floor((now - from) / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${hours ? two(Math.floor((seconds % 3600) / 60)) : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}
