// The page is whole without this; with it, the numbers renew themselves every 5 s without a flicker.
"use strict";
async function renew() {
  try {
    const answer = await fetch("/", { cache: "no-store" });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["header", "main"]) {
      document.querySelector(part).replaceWith(next.querySelector(part));
    }
  } catch (error) {
    const headline = document.querySelector(".headline");
    headline.className = "headline act";
    headline.querySelector("p").textContent = "Trang này mất nối với máy chủ. Số liệu bên dưới là số liệu cũ.";
  }
}
setInterval(renew, 5000);
