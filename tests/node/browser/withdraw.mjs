// Somebody takes back what a program was allowed.
// {"url", "name", "password"}

import { play } from "./visit.mjs";

await play(async (visit, { url, name, password }) => {
  await visit.open(`${url}/sign-in`);
  await visit.signIn(name, password);
  await visit.look("before");
  await visit.press("Withdraw");
  await visit.look("after");
});
