// The official client, with every answer compared with its declared type.
import { createRequire } from "node:module";
import { shapesOf } from "./shapes.mjs";

const require = createRequire(import.meta.url);

/** What was found: the methods called, and each difference from a declared type (list positions left out, so each once). */
export const report = { calls: [], problems: new Set() };

/** People on the server at `url`: `as(token)` is a client for one of them, whose methods answer the bare value or throw. */
export function open(packageName, url) {
  const { LemmyHttp } = require(packageName);
  const problems = shapesOf(packageName);
  return (token) => {
    const client = new LemmyHttp(url, token ? { headers: { Authorization: `Bearer ${token}` } } : {});
    return new Proxy(client, {
      get: (_, method) => async (...forms) => {
        const answer = await client[method](...forms);
        const wrapped = answer !== null && typeof answer === "object" && "state" in answer;
        if (wrapped && answer.state !== "success") throw answer.err ?? new Error(`${method}: ${answer.state}`);
        const value = wrapped ? answer.data : answer;
        report.calls.push(method);
        for (const problem of problems(method, value)) report.problems.add(problem.replaceAll(/\[\d+\]/g, "[]"));
        return value;
      },
    });
  };
}

/** What `ask` answers, asked again for up to 10 s until `length` says that it is as long: Lemmy 1.0 puts notices into inboxes when it comes to it. */
export async function listing(length, ask) {
  for (const until = Date.now() + 10_000; ; await new Promise((done) => setTimeout(done, 100))) {
    const { items } = await ask();
    if (items.length === length || Date.now() > until) return items;
  }
}

/** Runs `story` and prints the report as JSON, also when an assertion of the story failed (`failed` says which). */
export async function tell(story) {
  const failed = await story().then(
    () => null,
    (error) => `${error.stack}`.slice(0, 2000),
  );
  console.log(JSON.stringify({ calls: [...new Set(report.calls)], problems: [...report.problems].sort(), failed }));
}
