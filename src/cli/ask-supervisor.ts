import { request } from "node:http";
import { text } from "node:stream/consumers";
import { SupervisorError, systemCodeOf, messageOf } from "../errors.ts";
import { controlPath } from "../supervisor/control/control-path.ts";

/** What a supervisor answered by its control socket. */
interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Everything is answered from memory; a supervisor that takes longer does not work. */
const patienceMs = 10_000;

/** Asks the supervisor that runs with this storage directory, on this machine; throws where none answers. */
export async function askSupervisor(
  directory: string,
  method: "GET" | "POST",
  question: string,
): Promise<unknown> {
  const { path, problem } = controlPath(directory);
  if (problem !== undefined) throw new SupervisorError("not-running", problem);
  const { status, body } = await ask(path, method, question);
  if (status === 200) return body;
  throw new SupervisorError(
    "not-running",
    `expected a supervisor that knows this command at ${path}, found one that answers ${status}; it may be of another version: restart it`,
  );
}

async function ask(socketPath: string, method: string, path: string): Promise<Reply> {
  try {
    return await exchange(socketPath, method, path);
  } catch (error) {
    const message = `expected a running supervisor at ${socketPath}, ${failureText(error)}`;
    throw new SupervisorError("not-running", message, { cause: error });
  }
}

function exchange(socketPath: string, method: string, path: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(patienceMs);
    const asked = request({ socketPath, method, path, signal }, (response) => {
      const status = response.statusCode ?? 0;
      text(response)
        .then((body) => resolve({ status, body: JSON.parse(body) as unknown }))
        .catch(reject);
    });
    asked.on("error", (error) => reject(signal.aborted ? new Error("no answer in time") : error));
    asked.end();
  });
}

function failureText(error: unknown): string {
  switch (systemCodeOf(error)) {
    case "ENOENT":
      return "found no such socket; start one with this supervisor.yaml, or name the one it runs with";
    case "ECONNREFUSED":
      return "found the socket of one that was killed; start it again";
    case "EACCES":
      return "found a socket that this user may not use; run this command as the user of the supervisor";
    default:
      return `found: ${messageOf(error)}`;
  }
}
