// Somebody opens the link that the server wrote, makes the first account, signs out and in again.
// {"link", "name", "password"}; tells {"cookies", "cookies_after"}: those of the account page, and those after signing out.

import { play } from "./visit.mjs";

await play(async (visit, { link, name, password }) => {
  await visit.open(link);
  await visit.look("set-up");
  await visit.setUp(name, password);
  await visit.look("account");
  const cookies = await visit.cookies();
  await visit.press("Sign out");
  await visit.look("sign-in");
  const cookiesAfter = await visit.cookies();
  await visit.signIn(name, "not the password");
  await visit.look("wrong password");
  await visit.signIn(name, password);
  await visit.look("account again");
  return { cookies, cookies_after: cookiesAfter };
});
