// The waiting page goes on by itself when the link was confirmed in another tab or on another device. Without script it looks again
// every few seconds, and a button goes on.
const waiting = document.querySelector("#waiting, form[data-state]");

async function look() {
  const response = await fetch(waiting.dataset.state, { credentials: "same-origin", cache: "no-store" });
  const { state } = await response.json();
  if (state === "waiting") {
    return false;
  }

  // Confirmed: the form goes on just as if its button were pressed. Anything else the page itself says best; one that carries answers
  // would lose them by being opened anew, so it is sent.
  if (state === "confirmed" || waiting.elements.answers) {
    waiting.elements.code.value = "";
    waiting.submit();
  } else {
    location.replace(waiting.getAttribute("action"));
  }

  return true;
}

function lookAgain() {
  setTimeout(() => look().catch(() => false).then((done) => done || lookAgain()), document.hidden ? 5000 : 2500);
}

if (waiting?.dataset.state) {
  lookAgain();
  document.addEventListener("visibilitychange", () => document.hidden || look().catch(() => {}));
} else if (waiting && "confirmed" in waiting.dataset) {
  waiting.submit();
}
