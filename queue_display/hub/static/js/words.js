// Every word the pages speak, Vietnamese first. Plain sentences: what happened, what to do next.

const WORDS = {
  language: ["English", "Tiếng Việt"],
  language_name: ["Xem bằng tiếng Anh", "Show in Vietnamese"],
  // sign-in
  sign_in: ["Đăng nhập", "Sign in"],
  sign_in_hint: ["Mỗi máy chỉ cần nhập mã một lần. Mã do cán bộ kỹ thuật cấp.", "Each machine needs its code once. The technician gives it to you."],
  token: ["Mã của máy này", "This machine's code"],
  token_empty: ["Mời nhập mã trước.", "Please enter the code first."],
  token_wrong: ["Mã chưa đúng. Mời xem lại từng chữ, hoặc hỏi cán bộ kỹ thuật.", "That code is not right. Please check each letter, or ask the technician."],
  show: ["Hiện mã", "Show the code"],
  choose_counter: ["Ông/bà ngồi quầy nào?", "Which counter are you at?"],
  choose_counter_hint: ["Bấm số quầy trên bàn phím cũng được.", "You can also press the counter's number."],
  choose_page: ["Mở trang nào?", "Which page?"],
  page_clerk: ["Trang quầy", "Counter page"],
  page_tv: ["Màn hình phòng chờ", "Waiting-room screen"],
  page_tv_hint: ["Số đang gọi, cho màn hình lớn", "The calls, for the large screen"],
  signed_in_as: ["Máy này đã đăng nhập với vai trò", "This machine is signed in as"],
  sign_out: ["Đăng xuất", "Sign out"],
  // link
  lost_clerk: ["Mất kết nối với máy gọi số. Những gì đang hiện có thể đã cũ; chưa gọi số được từ trang này. Ông/bà dùng bàn phím gọi số ở quầy. Trang tự nối lại.", "The link to the queue server is lost. What you see may be old and calls cannot be made from here. Use the key pad at the counter. This page reconnects by itself."],
  lost_tv: ["Màn hình tạm mất kết nối. Mời ông/bà nghe loa, nhìn bảng số tại quầy hoặc hỏi nhân viên.", "This screen has lost its link. Please listen to the loudspeaker, watch the counters or ask our staff."],
  back: ["Đã nối lại với máy gọi số.", "The link to the queue server is back."],
  connecting: ["Đang nối với máy gọi số…", "Connecting to the queue server…"],
  live: ["Đã nối", "Connected"],
  // states of a ticket
  waiting: ["Đang chờ", "Waiting"],
  called: ["Đang gọi", "Called"],
  serving: ["Đang phục vụ", "Being served"],
  parked: ["Tạm giữ", "Parked"],
  waiting_papers: ["Chờ bổ sung giấy tờ", "Waiting for papers"],
  no_show: ["Vắng mặt", "No-show"],
  done: ["Đã xong", "Done"],
  done_on_spot: ["Xong tại chỗ", "Done on the spot"],
  cancelled: ["Đã hủy", "Cancelled"],
  void: ["Đã bỏ", "Void"],
  priority: ["Ưu tiên", "Priority"],
  // states of a counter
  open: ["Đang mở", "Open"],
  paused: ["Tạm dừng", "Paused"],
  closed: ["Đóng", "Closed"],
  // clerk
  counter_free: ["Quầy đang trống", "The counter is free"],
  next_hint: ["Bấm phím cách để gọi số tiếp theo.", "Press the space bar to call the next number."],
  nobody: ["Chưa có ai chờ", "Nobody is waiting"],
  nobody_hint: ["Số mới sẽ tự hiện ở danh sách bên cạnh.", "New numbers appear in the list by themselves."],
  closed_title: ["Quầy đang đóng", "The counter is closed"],
  closed_hint: ["Bấm phím cách để mở quầy.", "Press the space bar to open it."],
  paused_title: ["Quầy đang tạm dừng", "The counter is paused"],
  paused_until: ["{reason}, đến khoảng {time}", "{reason}, until about {time}"],
  taken_at: ["từ {time}", "since {time}"],
  waited: ["chờ {n} phút", "waited {n} min"],
  next: ["Gọi số tiếp theo", "Call the next number"],
  done_next: ["Xong, gọi số tiếp theo", "Done, call the next"],
  open_counter: ["Mở quầy", "Open the counter"],
  resume: ["Làm việc tiếp", "Go on"],
  recall: ["Gọi lại", "Call again"],
  no_show_do: ["Vắng mặt", "No-show"],
  start: ["Bắt đầu", "Start"],
  done_do: ["Xong", "Done"],
  spot_do: ["Xong tại chỗ", "Done on the spot"],
  transfer: ["Chuyển", "Transfer"],
  papers_do: ["Chờ giấy tờ", "For papers"],
  park: ["Tạm giữ", "Park"],
  pause: ["Tạm dừng", "Pause"],
  close_counter: ["Đóng quầy", "Close"],
  issue: ["Cấp số", "Issue a number"],
  pick: ["Chọn số", "Pick one"],
  reprint: ["In lại", "Print again"],
  cancel: ["Hủy số", "Cancel"],
  return: ["Trả về hàng chờ", "Back to the queue"],
  call_this: ["Gọi", "Call"],
  tab_waiting: ["Đang chờ", "Waiting"],
  tab_set_aside: ["Giữ, vắng", "Set aside"],
  tab_closed: ["Lịch sử", "History"],
  empty_waiting: ["Không có ai chờ.", "Nobody is waiting."],
  empty_set_aside: ["Không có số tạm giữ hay vắng mặt.", "Nothing parked, nobody absent."],
  minutes: ["{n} phút", "{n} min"],
  just_now: ["vừa xong", "just now"],
  print_no_paper: ["chưa in: hết giấy", "not printed: no paper"],
  print_failed: ["chưa in được", "not printed"],
  print_unknown: ["không chắc đã in", "maybe not printed"],
  keys: ["Phím tắt", "Keys"],
  key_space: ["Phím cách", "Space"],
  list_hint: ["↑ ↓ chọn số · Enter gọi · ? mọi phím", "↑ ↓ choose · Enter call · ? all keys"],
  // dialogs
  close: ["Thôi", "Never mind"],
  transfer_title: ["Chuyển {number} đến đâu?", "Transfer {number} to…"],
  transfer_hint: ["Bấm số quầy hoặc chữ của lĩnh vực, rồi Enter. Số trên phiếu giữ nguyên.", "Press the counter's number or the service's letter, then Enter. The ticket keeps its number."],
  to_counter: ["Đến quầy", "To a counter"],
  to_service: ["Về hàng chờ của lĩnh vực", "To a service's queue"],
  transfer_to: ["Chuyển đến {place}", "Transfer to {place}"],
  choose_first: ["Mời chọn nơi đến", "Choose a place first"],
  pause_title: ["Tạm dừng quầy", "Pause the counter"],
  pause_hint: ["Bấm 1–5 chọn lý do, rồi Enter. Phòng chờ thấy lý do và giờ làm lại.", "Press 1–5 for the reason, then Enter. The waiting room sees it, and when you are back."],
  pause_reason: ["Lý do", "Reason"],
  pause_minutes: ["Khoảng bao lâu?", "For about how long?"],
  short_break: ["Nghỉ một lát", "Short break"],
  meeting: ["Họp", "Meeting"],
  urgent: ["Việc gấp", "Urgent work"],
  helping: ["Hỗ trợ đồng nghiệp", "Helping a colleague"],
  other: ["Lý do khác", "Other"],
  pick_title: ["Gọi số chỉ định", "Call a certain number"],
  pick_hint: ["Nhập số trên phiếu, ví dụ A042 hoặc 42.", "Type the number on the ticket, e.g. A042 or 42."],
  pick_none: ["Không có số {number} đang chờ, tạm giữ hay vắng mặt.", "No {number} is waiting, parked or absent."],
  pick_several: ["Có nhiều số như vậy: {numbers}. Mời nhập cả chữ cái.", "Several such numbers: {numbers}. Please type the letter too."],
  issue_title: ["Cấp số cho người dân", "Issue a number"],
  issue_hint: ["Bấm chữ của lĩnh vực, rồi Enter. Dùng khi máy lấy số hỏng hoặc người dân cần giúp.", "Press the service's letter, then Enter. For when the machine is broken or a citizen needs help."],
  issue_priority: ["Ưu tiên (người cao tuổi, khuyết tật, có con nhỏ…)", "Priority (elderly, disabled, with a small child…)"],
  issue_do: ["Cấp số {name}", "Issue for {name}"],
  cancel_title: ["Hủy số {number}?", "Cancel {number}?"],
  cancel_hint: ["Số đã hủy không dùng lại được. Chỉ hủy khi người dân đã về hoặc lấy nhầm.", "A cancelled number is never used again. Cancel only when the citizen has left or took it by mistake."],
  cancel_do: ["Hủy số {number}", "Cancel {number}"],
  reception: ["Đón tiếp", "Reception"],
  // said
  said_called: ["Đã gọi {number}.", "{number} called."],
  said_none: ["Chưa có ai chờ.", "Nobody is waiting."],
  said_ok: ["{verb}: {number}.", "{verb}: {number}."],
  said_issued: ["Đã cấp số {number}.", "{number} issued."],
  said_printing: ["Đang in lại {number}.", "{number} is being printed again."],
  said_lost: ["Chưa làm được: đang mất kết nối.", "Not done: the link is lost."],
  // tv
  invite: ["Mời số", "Now calling"],
  to: ["đến", "to"],
  counter_n: ["Quầy {n}", "Counter {n}"],
  tv_empty: ["Kính chào ông/bà!", "Welcome!"],
  tv_empty_hint: ["Mời ông/bà lấy số và ngồi chờ. Số được gọi sẽ hiện ở đây.", "Please take a number and have a seat. Called numbers appear here."],
  tv_waiting: ["Đang chờ", "Waiting"],
  tv_people: ["{n} người", "{n}"],
  hours: ["Làm việc {hours}", "Open {hours}"],
  hotline: ["Đường dây nóng {phone}", "Hotline {phone}"],
  said_invite: ["Mời số {number} đến {counter}.", "Number {number}, please go to {counter}."],
};

const ROLES = {
  clerk: ["cán bộ quầy", "clerk"], reception: ["tiếp đón", "reception"], supervisor: ["phụ trách", "supervisor"],
  leader: ["lãnh đạo", "leader"], display: ["màn hình phòng chờ", "waiting-room screen"], technician: ["kỹ thuật", "technician"],
  bridge: ["cầu nối thiết bị", "device bridge"], kiosk: ["màn hình chạm", "touchscreen"],
};

const KEY = "motcua.language";
let current = localStorage.getItem(KEY) === "en" ? "en" : "vi";
document.documentElement.lang = current;

export const language = () => current;

export function setLanguage(value) {
  current = value === "en" ? "en" : "vi";
  localStorage.setItem(KEY, current);
  document.documentElement.lang = current;
}

const at = (pair) => pair[current === "en" ? 1 : 0];

const filled = (pair, values) => at(pair).replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

/** The words of a key in the language chosen, with {places} filled. An unknown key is a mistake of ours: it throws. */
export const say = (key, values = {}) => filled(WORDS[key], values);

/** `say` with a page's own words before the shared ones. */
export const sayWith = (own) => (key, values = {}) => filled(own[key] || WORDS[key], values);

export const roleName = (role) => at(ROLES[role] || [role, role]);

/** A name that settings give in two languages (`name`/`name_en`, `title`/`title_en`). */
export const named = (entity, key) => (current === "en" && entity[`${key}_en`]) || entity[key] || "";

/** What the hub told this page before any sign-in: site, counters, notices. */
export const facts = JSON.parse(document.querySelector('meta[name="motcua"]').content);
