// Behind the wall: the server's table, the switches that break things, the processes.

import { $, both, el } from "./dom.js";
import { deed } from "./link.js";

const DEEDS = {
  "ticket.issued": "Phát số", "ticket.called": "Gọi số", "ticket.recalled": "Gọi lại", "ticket.no_show": "Vắng mặt",
  "ticket.serving": "Đang phục vụ", "ticket.done": "Xong", "ticket.done_on_spot": "Trả ngay tại chỗ",
  "ticket.transferred": "Chuyển quầy", "ticket.parked": "Tạm để lại", "ticket.cancelled": "Hủy số", "ticket.void": "Bỏ số",
  "ticket.returned": "Trả về hàng chờ", "ticket.waiting_papers": "Chờ giấy tờ",
  "print.printed": "In xong phiếu", "print.no_paper": "Hết giấy, chưa in", "print.failed": "Chưa in được", "print.unknown": "Không rõ đã in chưa",
  "ticket.refused": "Chưa phát số", "ticket.moved": "Chuyển lĩnh vực", "ticket.reopened": "Mở lại số", "help.asked": "Nhờ giúp", "help.done": "Đã giúp",
  "broadcast.shown": "Phát thông báo", "broadcast.cleared": "Gỡ thông báo", "day.closed": "Kết thúc ngày", "day.opened": "Mở ngày",
  "appointments.listed": "Nhận lịch hẹn", "stats.hour": "Số liệu một giờ", "print.copy": "In lại phiếu", "rating.given": "Đánh giá", "lookup.answered": "Tra cứu hồ sơ", "ledger.epoch": "Mở sổ mới",
};
const BY_CLASS = { print: "In phiếu", health: "Thiết bị", part: "Thiết bị", link: "Đường dây", counter: "Quầy", day: "Ngày làm việc", ledger: "Sổ", audit: "Nhật ký" };

function words(event) {
  const name = event.type.replace("vn.motcua.", "");
  const data = event.data ?? {};
  const what = [data.number, data.counter ? `quầy ${data.counter}` : null, data.part, data.code, data.score ? `${data.score}/${data.of}` : null]
    .filter(Boolean).join(" · ");
  return [`${DEEDS[name] ?? BY_CLASS[name.split(".")[0]] ?? "Sự kiện"}${what ? ` ${what}` : ""}`, name];
}

const vietnamese = new Intl.NumberFormat("vi-VN");

export function makeFarEnd() {
  const list = $("events");
  let server = null, uplink = null;
  const figure = (label, value, kind) => el("div", { class: kind || false }, el("dt", {}, label), el("dd", {}, value));
  const draw = () => {
    const number = (value) => (value === null || value === undefined ? "–" : vietnamese.format(value));
    $("figures").replaceChildren(
      figure("Trong sổ", number(uplink?.seq)),
      figure("Ở máy chủ", number(server?.count)),
      figure("Đang chờ", number(uplink?.depth), uplink?.depth ? "wait" : ""),
      ...(server ? [] : [el("p", {}, "Máy chủ xã không trả lời; phòng chờ vẫn làm việc.")]),
    );
    $("figures").dataset.watermark = uplink?.watermark ?? "";
  };
  return {
    server(state) {
      server = state;
      draw();
      if (!state) return;
      list.replaceChildren(...state.events.map((event) => {
        const [text, name] = words(event);
        return el("li", { "data-type": name, "data-seq": event.seq },
          el("span", { class: "seq" }, String(event.seq)), el("span", {}, text, el("span", { class: "code" }, name)),
          el("time", {}, event.time.slice(11, 19)));
      }));
    },
    uplink(state) { uplink = state; draw(); },
  };
}

export function makeSwitches(facts, act) {
  const cards = new Map();
  const seen = { switches: {}, hub: undefined, boards: [], kiosk: null, waiting_presses: 0, uplink: undefined, server: undefined };
  for (const each of facts.switches) {
    const modes = el("div", { class: "modes", role: "group", "aria-label": each.vi });
    for (const mode of each.modes) {
      modes.append(el("button", {
        type: "button", "data-mode": mode.id, title: mode.en, "aria-pressed": "false",
        onclick: () => act(() => deed("switch", { switch: each.id, mode: mode.id })),
      }, mode.vi));
    }
    const sees = el("dl", { class: "sees" });
    const card = el("article", { class: "switch", "data-switch": each.id }, el("h3", {}, ...both(`${each.vi} `, each.en)), modes, sees);
    cards.set(each.id, { card, modes, sees, parts: each.parts });
    $("switches").append(card);
  }
  const draw = () => {
    for (const [id, { card, modes, sees, parts }] of cards) {
      const position = seen.switches?.[id] ?? "none";
      card.classList.toggle("broken", position !== "none");
      for (const button of modes.children) button.setAttribute("aria-pressed", String(button.dataset.mode === position));
      const lines = consequences(id, position, parts, seen);
      const quiet = [["Nhân viên", "Không có gì phải báo."], ["Người dân", "Mọi thứ như thường."]];
      sees.replaceChildren(...(lines.length ? lines : quiet).map(([who, text]) => el("div", { class: lines.length ? false : "quiet" }, el("dt", {}, who), el("dd", {}, text))));
    }
  };
  draw();
  return { tell(key, value) { if (key in seen) { seen[key] = value; draw(); } } };
}

/** What staff and public see of a broken part: the hub's own sentences, and what boards and kiosk show at this moment. */
function consequences(id, position, parts, seen) {
  const lines = [];
  for (const notice of seen.hub?.notices ?? []) {
    if (!parts.some((part) => notice.part.startsWith(part))) continue;
    lines.push(["Nhân viên", notice.vi]);
    if (notice.public_vi) lines.push(["Người dân", notice.public_vi]);
  }
  if (position === "none") return lines;
  if (id === "hub") lines.push(["Nhân viên", "Trang của cán bộ báo mất kết nối và tự nối lại khi có điện."]);
  if (["hub", "bus", "board"].includes(id)) {
    const texts = seen.boards?.filter((each) => each.kind === "counter").map((each) => (each.power ? each.text : "tắt")) ?? [];
    const dashes = texts.filter((text) => /^-+$/.test(text.trim()) && text.trim()).length;
    if (texts.length && texts.every((text) => text === "tắt")) lines.push(["Người dân", "Bảng đèn tắt."]);
    else if (dashes) lines.push(["Người dân", `Bảng đèn hiện gạch ngang (${dashes} trên ${texts.length} bảng), không bao giờ là số cũ.`]);
    if (seen.waiting_presses) lines.push(["Nút bấm", `Đang giữ ${seen.waiting_presses} lần bấm, sẽ ra số khi nối lại.`]);
  }
  if (["network", "server"].includes(id) && !lines.some(([who]) => who === "Người dân")) {
    lines.push(["Người dân", "Lấy số, gọi số, bảng đèn và loa vẫn làm việc như thường."]);
  }
  if (["network", "server"].includes(id) && seen.uplink?.problem && !lines.some(([who]) => who === "Nhân viên")) {
    lines.unshift(["Nhân viên", seen.uplink.problem.vi]);
  }
  if (["network", "server"].includes(id) && seen.uplink?.depth) lines.push(["Sự kiện", `${vietnamese.format(seen.uplink.depth)} sự kiện nằm chờ trong sổ, sẽ gửi sau.`]);
  return lines;
}

export function drawProcesses(list) {
  $("processes").replaceChildren(...list.map((each) =>
    el("li", { class: each.pid ? false : "down", "data-process": each.name }, each.vi, el("span", { class: "pid" }, each.pid ? `pid ${each.pid}` : "không chạy"))));
}
