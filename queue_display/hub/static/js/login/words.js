// The words of the sign-in that no other page needs.

import { sayWith } from "../words.js";

const WORDS = {
  lg_title: ["Mời ngồi vào quầy", "Sit down at a counter"],
  lg_hint: ["Chọn quầy, rồi nhập mã PIN của ông/bà.", "Choose the counter, then type your PIN."],
  lg_where: ["Ông/bà ngồi ở đâu?", "Where do you sit?"],
  lg_pin: ["Mã PIN (4 đến 8 chữ số)", "PIN (4 to 8 digits)"],
  lg_staff: ["Mã cán bộ (ví dụ cb-1)", "Officer's code (for example cb-1)"],
  lg_sit: ["Ngồi vào {place}", "Sit at {place}"],
  lg_choose: ["Mời chọn chỗ ngồi trước.", "Please choose a place first."],
  lg_pin_form: ["Mã PIN gồm 4 đến 8 chữ số.", "A PIN has 4 to 8 digits."],
  lg_role_reception: ["Tiếp đón", "Reception"],
  lg_role_supervisor: ["Phụ trách", "Supervisor"],
  lg_taken: ["{place} đang có người ngồi, từ {time}.", "Somebody sits at {place}, since {time}."],
  lg_taken_hint: ["Nếu ông/bà ngồi vào, trang của người đó sẽ dừng ngay và được báo bằng lời.", "If you sit down, their page stops at once and says so."],
  lg_take: ["Vẫn ngồi vào {place}", "Sit at {place} all the same"],
  lg_wait: ["Mã PIN sai nhiều lần. Xin chờ {n} giây.", "Too many wrong PINs. Wait {n} seconds."],
  lg_by_token: ["Đăng nhập bằng mã của máy (TV, kỹ thuật)", "Sign in with a machine's code (TV, technician)"],
  lg_by_pin: ["Đăng nhập bằng mã PIN của cán bộ", "Sign in with an officer's PIN"],
  lg_over: ["Phiên làm việc đã hết. Mời đăng nhập lại.", "The session is over. Please sign in again."],
  lg_other: ["Chọn chỗ khác", "Choose another place"],
};

/** A key of this page, or of those that all pages share. */
export const say = sayWith(WORDS);
