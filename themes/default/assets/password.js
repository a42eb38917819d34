// The show-password buttons: they are in the page already, and keep their place, but only work with script.
for (const button of document.querySelectorAll("button.reveal")) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.setAttribute("aria-pressed", String(visible));
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // Browsers offer to save passwords, not text.
  input.form.addEventListener("submit", () => show(false));
  button.hidden = false;
}
