// @ts-check
// The table page renews its numbers by asking for itself again. A screen reader is told only when somebody asked.

const EVERY_MS = 30000;
/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

async function renew() {
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.redirected) location.assign(answer.url);
  if (!answer?.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [old, fresh] = [[...place("numbers").children], [...(page.getElementById("numbers")?.children ?? [])]];
  if (!fresh.length) return false;
  // A part that somebody is in (focus, text that is being selected) is renewed when they have left it.
  if (old.length !== fresh.length) place("numbers").replaceChildren(...fresh);
  else old.forEach((part, at) => part.contains(document.activeElement) || part.replaceWith(fresh[at]));
  return true;
}

place("renew").addEventListener("click", async () => {
  const done = await renew();
  place("told").textContent = done ? `Opdateret. Tal fra kl. ${place("at").textContent}.` : "Serveren svarer ikke. Tallene er gamle.";
});
setInterval(async () => {
  const done = await renew();
  document.documentElement.toggleAttribute("data-stale", !done);
  if (!done) place("told").textContent = "Serveren svarer ikke. Tallene er gamle.";
}, EVERY_MS);
