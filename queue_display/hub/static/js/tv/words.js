// What the waiting room's screen says between calls. What the pages share stands in ../words.js.

import { sayWith } from "../words.js";

const WORDS = {
  broadcast: ["Thông báo", "Notice"],
  team: ["Hôm nay", "Today"],
  closed_today: ["Hôm nay đã hết giờ lấy số", "No more numbers today"],
  closed_now: ["Chưa đến giờ lấy số", "Numbers are not given out yet"],
  closed_break: ["Đang giờ nghỉ", "On a break"],
  opens_today: ["Mở lại lúc {time}.", "Opens again at {time}."],
  opens_tomorrow: ["Mở lại lúc {time} ngày mai, {weekday}.", "Opens again tomorrow, {weekday}, at {time}."],
  opens_on: ["Mở lại lúc {time} {weekday}, ngày {date}.", "Opens again on {weekday} {date} at {time}."],
  opens_unknown: ["Mời ông/bà xem giờ làm việc ở cửa.", "Please see the opening hours at the door."],
  served_still: ["Ông/bà đã có số vẫn được gọi.", "Those who have a number will still be called."],
  paused: ["{counter} tạm dừng ({reason}), làm việc lại khoảng {time}", "{counter} is paused ({reason}), back at about {time}"],
  paused_plain: ["{counter} tạm dừng, làm việc lại khoảng {time}", "{counter} is paused, back at about {time}"],
  paused_over: ["{counter} tạm dừng, mời ông/bà chờ thêm ít phút", "{counter} is paused, please wait a few more minutes"],
  because_short_break: ["nghỉ ngắn", "short break"],
  because_meeting: ["họp", "meeting"],
  because_urgent: ["việc gấp", "urgent work"],
  because_helping: ["hỗ trợ quầy khác", "helping another counter"],
};

/** A key of this page, or of those that all pages share. */
export const say = sayWith(WORDS);
