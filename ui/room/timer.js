(name, seconds) => {
  const clocks = (window.jiangmenClocks ??= {});
  const clock = (clocks[name] ??= { left: seconds, until: 0 });
  const now = () => (clock.until ? Math.round((clock.until - Date.now()) / 1000) : clock.left);
  const show = () => {
    for (const box of document.querySelectorAll(".timer")) {
      const left = now(), size = Math.abs(left);
      box.querySelector(".left").textContent =
        (left < 0 ? "-" : "") + Math.floor(size / 60) + ":" + String(size % 60).padStart(2, "0");
      box.classList.toggle("over", left < 0);
    }
  };
  const act = {
    start: () => { if (!clock.until) clock.until = Date.now() + clock.left * 1000; },
    pause: () => { clock.left = now(); clock.until = 0; },
    reset: () => { clock.left = seconds; clock.until = 0; },
  };
  for (const button of document.querySelectorAll(".timer button")) {
    button.onclick = () => { act[button.dataset.do](); show(); };
  }
  clearInterval(window.jiangmenTick);
  window.jiangmenTick = setInterval(show, 500);
  show();
}
