// Somebody makes an account and a passkey for it, signs in with the passkey, and removes it. Each ceremony is tried twice: the first
// time the person cannot prove to the device who they are.
// {"link", "name", "password"}; tells {"kept": how many passkeys the device keeps at the end}.

import { play } from "./visit.mjs";

await play(async (visit, { link, name, password }) => {
  await visit.open(link);
  await visit.setUp(name, password);
  const device = await deviceOf(visit);

  await visit.page.locator("#passkey-begin").getByLabel("Current password").fill(password);
  await visit.fill({ "Name of the passkey": "my device" });
  await visit.press("Add a passkey");
  await visit.look("offered");
  await device.fail("Create the passkey");
  await visit.look("not made");
  await device.knowsPerson(true);
  await visit.press("Create the passkey");
  await visit.look("made");

  await visit.press("Sign out");
  await visit.look("sign-in");
  await device.fail("Sign in with a passkey");
  await visit.look("not signed in");
  await device.knowsPerson(true);
  await visit.press("Sign in with a passkey");
  await visit.look("signed in");

  await visit.page.getByRole("radio", { name: "my device" }).check();
  await visit.page.locator("#passkey-remove").getByLabel("Current password").fill(password);
  await visit.press("Remove the passkey");
  await visit.look("removed");
  await visit.press("Sign out");
  await visit.press("Sign in with a passkey");
  await visit.look("refused");
  return { kept: await device.kept() };
});

/** A device that keeps passkeys (an authenticator that the browser plays), and knows its owner again. */
async function deviceOf(visit) {
  const session = visit.devtools;
  await session.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options });
  const knowsPerson = (isUserVerified) => session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
  return {
    knowsPerson,
    /** Presses a button although the device does not know who is there; waits until the page says what came of it. */
    async fail(label) {
      await knowsPerson(false);
      await visit.page.getByRole("button", { name: label, exact: true }).click();
      await visit.page.getByRole("alert").waitFor();
    },
    async kept() {
      return (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length;
    },
  };
}
