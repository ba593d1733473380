// The room's page: joins what is seen (one stream) with what stands in it.

import { drawProcesses, makeFarEnd, makeSwitches } from "./behind.js";
import { $ } from "./dom.js";
import { makeCamera, makeKiosk, makeStand } from "./floor.js";
import { enter, facts as readFacts, follow } from "./link.js";
import { makeSpeaker, makeWall, openPage } from "./wall.js";

let hide = 0;
function say(text, lasting = false) {
  const banner = $("banner");
  clearTimeout(hide);
  banner.textContent = text ?? "";
  banner.hidden = !text;
  if (text && !lasting) hide = setTimeout(() => say(null), 6000);
}

/** Do a deed and say what could not be done. */
async function act(run) {
  try {
    await run();
  } catch (error) {
    say(error.message);
  }
}

async function open() {
  await enter();
  const facts = await readFacts();
  document.documentElement.style.setProperty("--primary", facts.site.primary);
  $("site-name").textContent = `${facts.site.name} · ${facts.site.place}`;
  $("tv-link").href = `${facts.hub}/tv`;
  $("server-link").href = facts.admin;
  for (const page of ["reception", "supervisor"]) $(`${page}-link`).addEventListener("click", () => act(() => openPage(page)));
  const wall = makeWall(facts, act), speak = makeSpeaker(), stand = makeStand(facts, act);
  const kiosk = makeKiosk(act), camera = makeCamera(act), far = makeFarEnd(), switches = makeSwitches(facts, act);
  const show = {
    boards: wall.boards, hub: wall.hub, speech: speak, lamps: stand.lamps, papers: stand.papers, kiosk,
    samples: camera.samples, held: camera.held, server: far.server, uplink: far.uplink, processes: drawProcesses,
  };
  const missing = Object.values(facts.absent);
  $("room").hidden = false;
  follow((news) => {
    for (const [key, value] of Object.entries(news)) {
      show[key]?.(value);
      switches.tell(key, value);
    }
    document.body.dataset.ready = "1";
  }, (up) => say(up ? missing.length ? `Máy này thiếu: ${missing.join("; ")}` : null : "Phòng chờ ảo đã dừng. Trang tự nối lại khi phòng chạy lại.", true));
}

open().catch((error) => say(error.message, true));
