// Passkeys (WebAuthn): asks the browser for an assertion or a new credential and posts what it answers. Without this script, or in
// a browser that knows no passkeys, what belongs to them stays hidden.
const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const list = (descriptors) => descriptors.map((descriptor) => ({ ...descriptor, id: decode(descriptor.id) }));

// WebAuthn §5.1.8 and §5.1.9 in both directions, also for browsers that can't do it by themselves.
function requestOptions(text) {
  const options = JSON.parse(text);
  return { ...options, challenge: decode(options.challenge), allowCredentials: list(options.allowCredentials) };
}

function creationOptions(text) {
  const options = JSON.parse(text);
  return {
    ...options,
    challenge: decode(options.challenge),
    user: { ...options.user, id: decode(options.user.id) },
    excludeCredentials: list(options.excludeCredentials),
  };
}

function toJson(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
    .filter((name) => response[name])
    .map((name) => [name, encode(response[name])]);
  return JSON.stringify({
    id: credential.id,
    type: credential.type,
    clientExtensionResults: { credProps: credential.getClientExtensionResults().credProps },
    response: { ...Object.fromEntries(parts), transports: response.getTransports?.() },
  });
}

function send(form, credential) {
  form.elements.credential.value = toJson(credential);
  const keep = document.querySelector("input[type=checkbox][name=keepSignedIn]");
  if (keep?.checked) {
    const kept = document.createElement("input");
    Object.assign(kept, { type: "hidden", name: keep.name, value: keep.value });
    form.append(kept);
  }

  form.submit();
}

function prepare(form, ask) {
  const button = form.querySelector("[data-passkey-start]");
  const failed = form.querySelector("[data-passkey-failed]");
  form.hidden = false;
  document.querySelector("[data-passkey-unable]")?.remove();
  button.addEventListener("click", async () => {
    failed.hidden = true;
    button.disabled = true;
    try {
      send(form, await ask());
    } catch {
      // Broken off, timed out, none there: browsers do not tell which.
      failed.hidden = false;
      button.disabled = false;
    }
  });
}

if (window.PublicKeyCredential && navigator.credentials) {
  for (const form of document.querySelectorAll("form[data-passkey-create]")) {
    prepare(form, () => navigator.credentials.create({ publicKey: creationOptions(form.dataset.passkeyCreate) }));
  }

  for (const form of document.querySelectorAll("form[data-passkey-get]")) {
    const publicKey = requestOptions(form.dataset.passkeyGet);
    const autofill = new AbortController();
    // Autofill: passkeys are offered in the field of the user name, and nothing happens unless one is chosen.
    const waiting = PublicKeyCredential.isConditionalMediationAvailable?.()
      .then((available) => (available ? navigator.credentials.get({ publicKey, mediation: "conditional", signal: autofill.signal }) : null))
      .then((credential) => credential && send(form, credential))
      .catch(() => {});
    prepare(form, async () => {
      autofill.abort(); // A browser carries out one request at a time.
      await waiting;
      return navigator.credentials.get({ publicKey });
    });
  }
}
