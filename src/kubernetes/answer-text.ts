import type { ApiAnswer } from "./api-client.ts";

/** Why a request led to nothing, for a person; a right that is missing names the right. */
export function problemText(answer: Exclude<ApiAnswer, { is: "done" }>): string {
  if (answer.is === "unreached") return answer.why;
  const { code, message } = answer.problem;
  switch (code) {
    case 401:
      return `Kubernetes does not know our token (${message}): see agent.kubernetes.token_file`;
    case 403:
      return `Kubernetes does not allow it: ${message}; add that right to the Role of the supervisor's service account`;
    default:
      return message;
  }
}
