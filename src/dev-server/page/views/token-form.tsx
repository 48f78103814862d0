import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { keepToken } from "../state/ask-server.ts";

/** A console on another address asks who is there. */
export function TokenForm(): VNode {
  const [token, setToken] = useState("");
  return (
    <form
      class="card form token-form"
      onSubmit={(event) => {
        event.preventDefault();
        keepToken(token.trim());
        location.reload();
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
      <div class="actions">
        <button type="submit" class="primary">
          Open
        </button>
      </div>
    </form>
  );
}
