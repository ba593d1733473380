// The page's only way to the room: one stream in, one POST out. The code in the address's fragment becomes a cookie.

/** Trade the code of the fragment for the session's cookie, and take it out of the address bar. */
export async function enter() {
  const code = location.hash.slice(1);
  if (!code) return;
  const answer = await fetch("/room/session", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code }),
  });
  if (answer.ok) history.replaceState(null, "", "/room");
}

/** Facts that do not change while the room stands; throws the sentence for the visitor. */
export async function facts() {
  const answer = await fetch("/room/facts");
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error.vi);
  return body;
}

/** Do one deed; gives its result, or throws the sentence for the visitor. */
export async function deed(name, args = {}) {
  let answer;
  try {
    answer = await fetch("/room/do", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ deed: name, args }),
    });
  } catch {
    throw new Error("Phòng chờ ảo đã dừng hoặc chưa trả lời.");
  }
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error?.vi ?? "Chưa làm được.");
  return body.result;
}

/** Follow the room: `onNews(keys)` for what is new, `onLink(up)` when the stream comes or goes. Never gives up. */
export function follow(onNews, onLink) {
  const socket = new WebSocket(`ws://${location.host}/room/stream`);
  socket.onopen = () => onLink(true);
  socket.onmessage = (message) => onNews(JSON.parse(message.data));
  socket.onclose = () => {
    onLink(false);
    setTimeout(() => follow(onNews, onLink), 1500);
  };
}
