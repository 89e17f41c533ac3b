// Asks the site to renew the session two minutes before its end, and shows the new end.
(() => {
  const ends = document.getElementById("ends");
  if (!ends || !ends.dataset.left) return;
  const wait = (left) => setTimeout(renew, Math.max(left - 120, 1) * 1000);
  async function renew() {
    try {
      const answer = await fetch("/renew", { method: "POST" });
      if (answer.status === 401) return location.reload();
      const said = await answer.json();
      const time = ends.querySelector("time");
      time.dateTime = said.ends;
      time.textContent = said.ends.replace("T", " ").replace("Z", " UTC");
      wait(Math.max(said.left, 135));
    } catch {
      wait(135);
    }
  }
  wait(Number(ends.dataset.left));
})();
