// Passkeys: asks the browser for one, and sends what it answers with the form that asked. Nothing else on these pages needs a
// script; whoever has none signs in with the password.
"use strict";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const toText = (buffer) => {
  const signs = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(signs).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

const withBytes = (descriptor) => ({ ...descriptor, id: toBytes(descriptor.id) });

const ceremonies = {
  create: {
    ask: (options) =>
      navigator.credentials.create({
        publicKey: {
          ...options,
          challenge: toBytes(options.challenge),
          user: { ...options.user, id: toBytes(options.user.id) },
          excludeCredentials: options.excludeCredentials.map(withBytes),
        },
      }),
    parts: ["clientDataJSON", "attestationObject"],
  },
  get: {
    ask: (options) =>
      navigator.credentials.get({
        publicKey: {
          ...options,
          challenge: toBytes(options.challenge),
          allowCredentials: options.allowCredentials.map(withBytes),
        },
      }),
    parts: ["clientDataJSON", "authenticatorData", "signature", "userHandle"],
  },
};

const answered = (credential, parts) => {
  const response = {};
  for (const part of parts) {
    if (credential.response[part]) {
      response[part] = toText(credential.response[part]);
    }
  }
  const id = toText(credential.rawId);
  return JSON.stringify({ id, rawId: id, type: credential.type, response });
};

const prepare = (form) => {
  const ceremony = ceremonies[form.dataset.passkey];
  const button = form.querySelector("button[data-passkey-ask]");
  const failed = form.querySelector("[data-passkey-failed]");
  button.addEventListener("click", async () => {
    button.disabled = true;
    failed.hidden = true;
    try {
      const credential = await ceremony.ask(JSON.parse(form.dataset.options));
      form.elements.credential.value = answered(credential, ceremony.parts);
      form.submit();
    } catch (error) {
      console.warn("no passkey came of it:", error.name);
      failed.hidden = false;
      button.disabled = false;
    }
  });
};

if (window.PublicKeyCredential) {
  document.querySelectorAll("form[data-passkey]").forEach(prepare);
  document.querySelectorAll("[data-passkey-needed]").forEach((part) => {
    part.hidden = false;
  });
  document.querySelectorAll("[data-passkey-missing]").forEach((part) => {
    part.hidden = true;
  });
}
