import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Failure } from "../parts/small-parts.tsx";
import { post } from "../state/ask-server.ts";

/** A console on another address asks who is there. */
export function TokenForm(): VNode {
  const [token, setToken] = useState("");
  const [why, setWhy] = useState("");
  const open = async (): Promise<void> => {
    const answer = await post<object>("/api/login", { token: token.trim() });
    // The page comes by itself: it asks again and again whether it may.
    setWhy(answer.ok ? "" : answer.text);
  };
  return (
    <form
      class="card form token-form"
      onSubmit={(event) => {
        event.preventDefault();
        void open();
      }}
    >
      <h1>This console wants its token</h1>
      <label>
        Token
        <input
          type="password"
          required
          autocomplete="off"
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      <Failure text={why} />
      <div class="actions">
        <button type="submit" class="primary">
          Open
        </button>
      </div>
    </form>
  );
}
